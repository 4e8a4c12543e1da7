{{/* Pods of backup, drill, restore and migration. */}}

{{/* dict root, role: where the database is, as libpq reads it. */}}
{{- define "cytomine.pgEnv" -}}
{{- $v := .root.Values -}}
{{- $e := $v.database.external -}}
{{- $external := eq $v.database.mode "external" -}}
- {name: PGHOST, value: {{ ternary $e.host (printf "%s-postgres" (include "cytomine.fullname" .root)) $external | quote }}}
- {name: PGPORT, value: {{ ternary $e.port 5432 $external | int | quote }}}
- {name: PGUSER, value: {{ ternary $e.user .role $external | quote }}}
- {name: PGSSLMODE, value: {{ $v.database.tls.mode }}}
{{- if include "cytomine.databaseCa" .root }}
- {name: PGSSLROOTCERT, value: /run/cytomine/tls/database/ca.crt}
{{- else if eq $v.database.tls.mode "verify-full" }}
- {name: PGSSLROOTCERT, value: system}
{{- end }}
{{- if $external }}
- {name: CYTOMINE_PG_OWNER_FILE, value: /run/cytomine/database/password}
{{- end }}
{{- end }}

{{/* dict root, name, script: a container of the database's image that runs a script of the chart; the caller adds env. */}}
{{- define "cytomine.scriptContainer" -}}
name: {{ .name }}
image: {{ .root.Values.database.bundled.image | quote }}
imagePullPolicy: {{ .root.Values.database.bundled.pullPolicy }}
command: [/bin/sh, /etc/cytomine-maintenance/{{ .script }}]
resources:
  {{- toYaml .root.Values.backup.resources | nindent 2 }}
securityContext:
  {{- include "cytomine.containerSecurity" (dict "root" .root) | nindent 2 }}
{{- end }}

{{/* dict root, name, args, [backup: rw or ro], [writesSlides], [socket]: a container of the program. */}}
{{- define "cytomine.programContainer" -}}
name: {{ .name }}
image: {{ include "cytomine.image" .root | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
args:
  {{- toYaml (concat .args (list "--config" "/etc/cytomine/config.toml")) | nindent 2 }}
resources:
  {{- toYaml .root.Values.backup.resources | nindent 2 }}
securityContext:
  {{- include "cytomine.containerSecurity" (dict "root" .root) | nindent 2 }}
volumeMounts:
  {{- include (ternary "cytomine.coreMounts" "cytomine.databaseMounts" (hasKey . "backup")) (dict "root" .root "readOnly" (not .writesSlides)) | nindent 2 }}
  {{- if .backup }}
  - {name: scratch, mountPath: /scratch}
  - {name: backup, mountPath: /backup, readOnly: {{ eq .backup "ro" }}}
  {{- if .root.Values.backup.encryption.existingSecret }}
  - {name: identity, mountPath: /run/cytomine/identity, readOnly: true}
  {{- end }}
  {{- end }}
  {{- if .socket }}
  - {name: run, mountPath: /run/postgresql}
  {{- end }}
{{- end }}

{{/* What containers of the database's image mount. */}}
{{- define "cytomine.scriptMounts" -}}
- {name: scripts, mountPath: /etc/cytomine-maintenance, readOnly: true}
{{- if not (include "cytomine.openshift" .) }}
- {name: scripts, mountPath: /etc/passwd, subPath: users, readOnly: true}
{{- end }}
- {name: scratch, mountPath: /scratch}
- {name: tmp, mountPath: /tmp}
{{- end }}

{{/* dict root, name: first part of a maintenance pod, its metadata and how it runs. */}}
{{- define "cytomine.maintenanceHead" -}}
{{- $full := include "cytomine.fullname" .root -}}
{{- $server := .root.Values.server -}}
metadata:
  {{- include "cytomine.podMetadata" (dict "root" .root "component" "maintenance" "name" .name "labels" (ternary (fromYaml (include "cytomine.slidesLabel" .root)) dict (default false .slides))) | nindent 2 }}
spec:
  serviceAccountName: {{ ternary (printf "%s-maintenance" $full) "default" .root.Values.serviceAccount.create }}
  {{- include "cytomine.podCommon" (dict "root" .root "restart" "OnFailure") | nindent 2 }}
  {{- include "cytomine.placement" (dict "root" .root "component" "maintenance" "part" (pick $server "nodeSelector" "tolerations") "slides" .slides) | nindent 2 }}
{{- end }}

{{/* dict root, file: its volumes. */}}
{{- define "cytomine.maintenanceVolumes" -}}
{{- $v := .root.Values -}}
{{- $full := include "cytomine.fullname" .root -}}
{{- include "cytomine.coreVolumes" (dict "root" .root "file" .file "keys" (list "backup-phrase")) }}
{{- with $v.backup.encryption.existingSecret }}
- name: identity
  secret:
    secretName: {{ . }}
    defaultMode: 0440
    items:
      - {key: {{ $v.backup.encryption.identityKey }}, path: identity}
{{- end }}
- name: scripts
  configMap:
    name: {{ $full }}-maintenance
- name: scratch
  emptyDir:
    sizeLimit: {{ $v.backup.scratchSize }}
- name: backup
  persistentVolumeClaim:
    claimName: {{ default (printf "%s-backup" $full) $v.backup.pvc.existingClaim }}
{{- end }}

{{/* dict root, name: pod template of a backup. */}}
{{- define "cytomine.backupPod" -}}
{{- $v := .root.Values -}}
{{- $bundled := eq $v.database.mode "bundled" -}}
{{- include "cytomine.maintenanceHead" (dict "root" .root "name" .name "slides" true) }}
  initContainers:
    - {{- include "cytomine.scriptContainer" (dict "root" .root "name" "dump" "script" "dump.sh") | nindent 6 }}
      env:
        {{- include "cytomine.pgEnv" (dict "root" .root "role" "backup") | nindent 8 }}
        - {name: PGDATABASE, value: {{ $v.database.name | quote }}}
        {{- if $bundled }}
        - {name: CYTOMINE_PG_TLS, value: /run/cytomine/tls/client}
        {{- end }}
      volumeMounts:
        {{- include "cytomine.scriptMounts" .root | nindent 8 }}
        {{- if include "cytomine.databaseCa" .root }}
        - {name: tls-database, mountPath: /run/cytomine/tls/database, readOnly: true}
        {{- end }}
        {{- if $bundled }}
        - {name: tls-client, mountPath: /run/cytomine/tls/client, readOnly: true}
        {{- else }}
        - {name: database, mountPath: /run/cytomine/database, readOnly: true}
        {{- end }}
  containers:
    - {{- include "cytomine.programContainer" (dict "root" .root "name" "push" "backup" "rw" "args" (list "backup" "push" "--dump" "/scratch/db.dump" "--facts" "/scratch/facts.jsonl")) | nindent 6 }}
  volumes:
    {{- include "cytomine.maintenanceVolumes" (dict "root" .root "file" "maintenance.toml") | nindent 4 }}
    {{- if $bundled }}
    - name: tls-client
      secret:
        secretName: {{ include "cytomine.maintenanceTlsSecret" .root }}
        defaultMode: 0440
        items:
          - {key: tls.crt, path: tls.crt}
          - {key: tls.key, path: tls.key}
    {{- end }}
{{- end }}
