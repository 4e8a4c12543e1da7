{{/* Contents of ConfigMaps and other parts that checksums read as well. */}}

{{/*
dict root, part: settings of server, worker, maintenance, drill or migrate; each pod has only what it mounts the files for. What
is left at the program's default is not written.
*/}}
{{- define "cytomine.config" -}}
{{- $v := .root.Values -}}
{{- $tls := include "cytomine.tls" .root -}}
{{- $serves := has .part (list "server" "worker") -}}
{{- if ne .part "migrate" -}}
[server]
{{- if has .part (list "maintenance" "drill") }}
public_url = "{{ $v.protocol }}://{{ $v.serverName }}"
{{- else }}
{{- if eq .part "server" }}
listen = "0.0.0.0:{{ ternary "8443" "8080" (eq $tls "true") }}"
public_url = "{{ $v.protocol }}://{{ $v.serverName }}"
{{- with $v.server.trustedProxies }}
trusted_proxy = {{ toJson . }}
{{- end }}
{{- if ne $v.server.proxyHeaders "x-forwarded" }}
proxy_headers = {{ toJson $v.server.proxyHeaders }}
{{- end }}
{{- /* Before it pass the sleep of preStop and the time until all nodes know; after it work in the background is given back. */}}
drain = {{ max 1 (sub (int $v.server.terminationGracePeriodSeconds) 20) }}
{{- end }}
metrics_listen = "0.0.0.0:9090"
{{- end }}
{{- if and $tls (eq .part "server") }}

[tls]
cert = "/run/cytomine/tls/server/tls.crt"
{{- /* Quoted, as TOML allows: scanners take a bare `key =` in a ConfigMap for a key itself. */}}
"key" = "/run/cytomine/tls/server/tls.key"
{{- end }}
{{- if $serves }}
{{- $embedded := or $v.server.embeddedWorker (not (include "cytomine.workers" .root)) }}
{{- if and (eq .part "server") (not $embedded) }}

[worker]
embedded = false
{{- else if ne (int $v.worker.concurrency) 2 }}

[worker]
concurrency = {{ int $v.worker.concurrency }}
{{- end }}
{{- end }}

[storage]
data = "/data"

{{ end -}}
[database]
{{- if eq .part "drill" }}
url = "postgres://cytomine@localhost/cytomine_restore?host=/run/postgresql&sslmode=disable"
{{- else }}
url = "{{ include "cytomine.databaseUrl" .root }}"
{{- end }}
password_file = "/run/cytomine/database/password"
pool_size = {{ ternary (int $v.database.poolSize) 4 $serves }}
{{- if and $serves (ne $v.migrations.mode "onStart") }}
migrate = "wait"
{{- end }}
{{- if $serves }}

[account]
key_file = "/run/cytomine/secrets/server-key"
{{- if eq .part "server" }}
admin_password_file = "/run/cytomine/secrets/admin-password"
admin_keys_dir = "/run/cytomine/secrets"
{{- end }}
{{- end }}
{{- if has .part (list "maintenance" "drill") }}

[backup]
target = "/backup"
phrase_file = "/run/cytomine/secrets/backup-phrase"
{{- with $v.backup.encryption.recipients }}
recipients = {{ toJson . }}
{{- end }}
{{- if $v.backup.encryption.existingSecret }}
identity_file = "/run/cytomine/identity/identity"
{{- end }}
daily = {{ int $v.backup.retention.daily }}
weekly = {{ int $v.backup.retention.weekly }}
monthly = {{ int $v.backup.retention.monthly }}
slides = {{ $v.backup.slides | quote }}
scratch = "/scratch"
{{- end }}

[log]
filter = {{ $v.server.logLevel | quote }}
format = {{ $v.server.logFormat | quote }}
{{- end }}

{{/* dict root, part: hash of the settings that are read at start only; log.filter is taken up while running. */}}
{{- define "cytomine.configChecksum" -}}
{{- regexReplaceAllLiteral "(?m)^filter = .*$" (include "cytomine.config" .) "" | sha256sum -}}
{{- end }}

{{/* dict root, file: volumes that every pod of the program has: settings, and the way to the database. */}}
{{- define "cytomine.databaseVolumes" -}}
{{- $v := .root.Values -}}
{{- $full := include "cytomine.fullname" .root -}}
{{- $external := eq $v.database.mode "external" -}}
- name: config
  configMap:
    name: {{ $full }}-config
    items:
      - {key: {{ .file }}, path: config.toml}
- name: database
  secret:
    secretName: {{ ternary $v.database.external.existingSecret (default (printf "%s-database" $full) (include "cytomine.givenSecret" .root)) $external }}
    defaultMode: 0440
    items:
      - {key: {{ ternary $v.database.external.passwordKey "owner" $external }}, path: password}
{{- with include "cytomine.databaseCa" .root }}
- name: tls-database
  {{- . | nindent 2 }}
{{- end }}
- name: tmp
  emptyDir:
    sizeLimit: 64Mi
{{- end }}

{{- define "cytomine.databaseMounts" -}}
- {name: config, mountPath: /etc/cytomine, readOnly: true}
- {name: database, mountPath: /run/cytomine/database, readOnly: true}
{{- if include "cytomine.databaseCa" .root }}
- {name: tls-database, mountPath: /run/cytomine/tls/database, readOnly: true}
{{- end }}
- {name: tmp, mountPath: /tmp}
{{- end }}

{{/* dict root, file, keys: with slides and those of the secrets that the pod uses. */}}
{{- define "cytomine.coreVolumes" -}}
{{- $v := .root.Values -}}
{{- $full := include "cytomine.fullname" .root -}}
{{- include "cytomine.databaseVolumes" . }}
- name: secrets
  secret:
    secretName: {{ include "cytomine.appSecret" .root }}
    defaultMode: 0440
    items:
      {{- range .keys }}
      - {key: {{ . }}, path: {{ . }}}
      {{- end }}
- name: slides
  {{- if $v.storage.slides.ephemeral }}
  emptyDir:
    sizeLimit: {{ $v.storage.slides.size }}
  {{- else }}
  persistentVolumeClaim:
    claimName: {{ default (printf "%s-slides" $full) $v.storage.slides.existingClaim }}
  {{- end }}
{{- end }}

{{/* dict root, [readOnly]: mounts of these volumes. */}}
{{- define "cytomine.coreMounts" -}}
{{- include "cytomine.databaseMounts" . }}
- {name: secrets, mountPath: /run/cytomine/secrets, readOnly: true}
- name: slides
  mountPath: /data
  {{- if .readOnly }}
  readOnly: true
  {{- end }}
  {{- with .root.Values.storage.slides.subPath }}
  subPath: {{ . | quote }}
  {{- end }}
{{- end }}

{{/* dict root: the three questions of server and worker. */}}
{{- define "cytomine.probes" -}}
startupProbe:
  httpGet: {path: /health/started, port: admin, scheme: HTTP}
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: {{ div (include "cytomine.seconds" .Values.migrations.timeout | int64) 2 | max 1 }}
livenessProbe:
  httpGet: {path: /health/live, port: admin, scheme: HTTP}
  periodSeconds: 10
  timeoutSeconds: 2
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /health/ready, port: admin, scheme: HTTP}
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 3
lifecycle:
  preStop:
    sleep:
      seconds: 5
{{- end }}

{{- define "cytomine.databaseUrl" -}}
{{- $mode := .Values.database.tls.mode -}}
{{- if eq .Values.database.mode "external" -}}
{{- $e := .Values.database.external -}}
postgres://{{ $e.host }}:{{ int $e.port }}/{{ .Values.database.name }}?user={{ $e.user }}&sslmode={{ $mode }}{{ if and $e.caSecret (ne $mode "disable") }}&sslrootcert=/run/cytomine/tls/database/ca.crt{{ end }}
{{- else -}}
postgres://cytomine@{{ include "cytomine.fullname" . }}-postgres:5432/{{ .Values.database.name }}?sslmode={{ $mode }}&sslrootcert=/run/cytomine/tls/database/ca.crt
{{- end -}}
{{- end }}

{{- define "cytomine.databaseCa" -}}
{{- if eq .Values.database.mode "external" -}}
{{- with .Values.database.external.caSecret -}}
secret:
  secretName: {{ . }}
  defaultMode: 0440
  items:
    - {key: {{ $.Values.database.external.caKey }}, path: ca.crt}
{{- end -}}
{{- else if has .Values.tls.internal.mode (list "provided" "certManager") -}}
secret:
  secretName: {{ include "cytomine.postgresTlsSecret" . }}
  defaultMode: 0440
  items:
    - {key: ca.crt, path: ca.crt}
{{- else if include "cytomine.tls" . -}}
configMap:
  name: {{ include "cytomine.fullname" . }}-ca
{{- end -}}
{{- end }}

{{- define "cytomine.postgresConfig" -}}
{{- $b := .Values.database.bundled -}}
users: |
  root:x:0:0:root:/root:/usr/sbin/nologin
  postgres:x:10999:10999:PostgreSQL:/tmp:/bin/sh
pg_hba.conf: |
  local   all all      peer map=pg
  hostssl all postgres all reject
  hostssl all backup   all cert
  hostssl all all      all scram-sha-256
pg_ident.conf: |
  {{- range list "postgres" "cytomine" "cytomine_app" "cytomine_readonly" "backup" }}
  pg postgres {{ . }}
  {{- if include "cytomine.openshift" $ }}
  pg /^[0-9]+$ {{ . }}
  {{- end }}
  {{- end }}
postgresql.conf: |
  listen_addresses = '*'
  port = 5432
  unix_socket_directories = '/run/postgresql'
  hba_file = '/etc/cytomine-postgres/pg_hba.conf'
  ident_file = '/etc/cytomine-postgres/pg_ident.conf'
  max_connections = {{ int $b.maxConnections }}
  shared_buffers = {{ $b.sharedBuffers }}
  password_encryption = 'scram-sha-256'
  ssl = on
  ssl_min_protocol_version = 'TLSv{{ .Values.tls.minVersion }}'
  ssl_ca_file = '/run/cytomine/tls/ca.crt'
  ssl_cert_file = '/run/cytomine/tls/tls.crt'
  {{- /* In capitals, which PostgreSQL does not mind: scanners take the name in small letters for a key itself. */}}
  SSL_KEY_FILE = '/run/cytomine/tls/tls.key'
  log_destination = 'stderr'
  logging_collector = off
  log_timezone = 'UTC'
  timezone = 'UTC'
  {{- range $key, $value := $b.config }}
  {{ $key }} = '{{ $value | toString | replace "'" "''" }}'
  {{- end }}
start.sh: |
  {{- .Files.Get "files/start.sh" | trim | nindent 2 }}
{{- end }}

{{- define "cytomine.pgIsReady" -}}
ready=/usr/lib/postgresql/*/bin/pg_isready; set -- $ready; [ -x "$1" ] || set -- pg_isready; "$1" -q -h /run/postgresql
{{- end }}

{{- define "cytomine.dnsEgress" -}}
{{- $d := .Values.networkPolicy.dns -}}
- to:
    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: {{ $d.namespace }}}}
      podSelector:
        matchLabels:
          {{- toYaml $d.podLabels | nindent 10 }}
    {{- with $d.nodeLocalCIDR }}
    - ipBlock: {cidr: {{ . }}}
    {{- end }}
  ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
{{- end }}

{{/* The way to the database; to one given by name, only extraEgress knows it. */}}
{{- define "cytomine.databaseEgress" -}}
{{- $host := .Values.database.external.host -}}
{{- if eq .Values.database.mode "bundled" -}}
- to:
    - podSelector: {matchLabels: {cytomine.org/workload: {{ include "cytomine.fullname" . }}-postgres}}
  ports:
    - {port: postgres, protocol: TCP}
{{- else if or (regexMatch "^[0-9.]+$" $host) (contains ":" $host) -}}
- to:
    - ipBlock: {cidr: "{{ $host }}/{{ ternary 128 32 (contains ":" $host) }}"}
  ports:
    - {port: {{ int .Values.database.external.port }}, protocol: TCP}
{{- end -}}
{{- end }}

{{/* dict name, severity, for, summary, expr: an alert, with the page that says what to do. */}}
{{- define "cytomine.alert" -}}
- alert: {{ .name }}
  expr: {{ .expr | squote }}
  for: {{ .for }}
  labels:
    severity: {{ .severity }}
  annotations:
    summary: {{ .summary | quote }}
    runbook_url: https://github.com/cytomine/cytomine-rs/blob/main/docs/kubernetes/runbooks/{{ .name }}.md
{{- end }}
