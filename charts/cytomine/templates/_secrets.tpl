{{/*
Every secret is made once and kept in `.Release.cytomineState`, a map that all files share: a second rendering would
make other values and restart everything. Sources in order: given, found in the cluster, made.
*/}}
{{- define "cytomine.prepare" -}}
{{- if not (hasKey .Release "cytomineState") -}}
{{- $full := include "cytomine.fullname" . -}}
{{- $ns := .Release.Namespace -}}
{{- $s := .Values.secrets -}}
{{- $made := list -}}
{{- $missing := list -}}
{{- $clash := list -}}
{{- $kept := list -}}
{{- $state := dict -}}
{{- $groups := dict "app" (dict "admin-password" $s.adminPassword "server-key" $s.serverKey "backup-phrase" $s.backupPhrase "api-admin-public" $s.apiKeys.admin.public "api-admin-private" $s.apiKeys.admin.private) "database" (dict "owner" $s.database.owner "app" $s.database.app "readonly" $s.database.readonly "backup" $s.database.backup) -}}
{{- if ne .Values.database.mode "bundled" }}{{ $groups = omit $groups "database" }}{{ end -}}
{{- range $group, $keys := $groups -}}
  {{- $found := default dict (lookup "v1" "Secret" $ns (printf "%s-%s" $full $group)).data -}}
  {{- $data := dict -}}
  {{- range $key, $given := $keys -}}
    {{- $value := $given -}}
    {{- $stored := index $found $key | default "" | b64dec -}}
    {{- /* What stored data is sealed with cannot be replaced: a fresh init over kept claims must go on with the old key. */ -}}
    {{- if and $given $stored (has $key (list "server-key" "backup-phrase")) (ne $given $stored) }}{{ $value = $stored }}{{ $kept = append $kept $key }}{{ end -}}
    {{- if not $value }}{{ $value = $stored }}{{ end -}}
    {{- if not $value -}}
      {{- $missing = append $missing $key -}}
      {{- if eq $key "server-key" }}{{ $value = printf "%x" (randBytes 32 | b64dec) }}
      {{- else if hasPrefix "api-" $key }}{{ $value = uuidv4 }}
      {{- else if eq $key "backup-phrase" }}{{ $value = randAlphaNum 43 }}
      {{- else }}{{ $value = randAlphaNum 32 }}{{ end -}}
    {{- end -}}
    {{- $_ := set $data $key $value -}}
  {{- end -}}
  {{- $_ := set $state $group $data -}}
{{- end -}}
{{- /* Where the Secret is gone, the claim of slides still tells which key its data is sealed with. */ -}}
{{- $seal := index $state.app "server-key" | sha256sum | trunc 16 -}}
{{- $claim := default dict (lookup "v1" "PersistentVolumeClaim" $ns (printf "%s-slides" $full)).metadata -}}
{{- $before := index (default dict $claim.annotations) "cytomine.org/sealed-with" -}}
{{- if and $before (ne $before $seal) (not (include "cytomine.givenSecret" .)) }}{{ $clash = append $clash "server-key" }}{{ end -}}
{{- $_ := set $state "seal" $seal -}}
{{- $_ := set $state "missing" $missing -}}
{{- $_ := set $state "kept" $kept -}}
{{- $_ := set $state "clash" $clash -}}
{{- $_ := set .Release "cytomineState" $state -}}
{{- if eq .Values.tls.internal.mode "selfSigned" }}{{ include "cytomine.prepareTls" . }}{{ end -}}
{{- if and (eq .Values.edge.tls.mode "selfSigned") (not .Values.edge.tls.secretName) (not .Values.edge.none) }}{{ include "cytomine.prepareEdge" . }}{{ end -}}
{{- end -}}
{{- end }}

{{- define "cytomine.prepareTls" -}}
{{- $full := include "cytomine.fullname" . -}}
{{- $i := .Values.tls.internal -}}
{{- $state := .Release.cytomineState -}}
{{- $found := default dict (lookup "v1" "Secret" .Release.Namespace (printf "%s-tls-ca" $full)).data -}}
{{- $ca := dict -}}
{{- if and $i.ca.crt $i.ca.key -}}{{- $ca = buildCustomCert (b64enc $i.ca.crt) (b64enc $i.ca.key) -}}
{{- else if index $found "tls.crt" -}}{{- $ca = buildCustomCert (index $found "tls.crt") (index $found "tls.key") -}}
{{- else -}}{{- $ca = genCAWithKey (printf "%s private CA" $full) 3650 (genPrivateKey "ecdsa") -}}{{- end -}}
{{- $trust := list (trim $ca.Cert) (trim $i.ca.next.crt) (trim $i.ca.previous) | compact | uniq | join "\n" -}}
{{- $_ := set $state "ca" (dict "crt" $ca.Cert "key" $ca.Key "trust" (printf "%s\n" $trust) "stays" (or (and $i.ca.crt $i.ca.key) (index $found "tls.crt"))) -}}
{{- range $leaf := list "server" "postgres" "maintenance" -}}
  {{- $names := fromYamlArray (include "cytomine.leafNames" (dict "root" $ "leaf" $leaf)) -}}
  {{- include "cytomine.leaf" (dict "root" $ "slot" (printf "tls-%s" $leaf) "given" (index $i.leaves $leaf) "names" $names "ca" $ca) -}}
{{- end -}}
{{- end }}

{{/* dict root, leaf: names in a certificate, first the short one that the program connects by. */}}
{{- define "cytomine.leafNames" -}}
{{- if eq .leaf "maintenance" -}}
- backup
{{- else -}}
{{- $full := include "cytomine.fullname" .root -}}
{{- $name := ternary $full (printf "%s-%s" $full .leaf) (eq .leaf "server") -}}
{{- $svc := printf "%s.%s.svc" $name .root.Release.Namespace -}}
{{- $names := list $name $svc (printf "%s.%s" $svc .root.Values.clusterDomain) "localhost" -}}
{{- if eq .leaf "server" }}{{ $names = concat $names (fromYamlArray (include "cytomine.hosts" .root)) | uniq }}{{ end -}}
{{- toYaml $names -}}
{{- end -}}
{{- end }}

{{- define "cytomine.prepareEdge" -}}
{{- $ca := dict -}}
{{- with .Release.cytomineState.ca }}{{ $ca = buildCustomCert (b64enc .crt) (b64enc .key) }}{{ end -}}
{{- include "cytomine.leaf" (dict "root" . "slot" "edge-tls" "given" (dict "crt" .Values.edge.tls.crt "key" .Values.edge.tls.key "notAfter" .Values.edge.tls.notAfter) "names" (fromYamlArray (include "cytomine.hosts" .)) "ca" $ca) -}}
{{- end }}

{{/*
A certificate with its key: given, or found and neither near its end nor of other names or authority, or made.
What init gave is known by its `notAfter`: it too is made anew when it is near its end or lacks a name, as serverName may
have been changed after init. What others gave is theirs to renew.
*/}}
{{- define "cytomine.leaf" -}}
{{- $t := .root.Values.tls.internal -}}
{{- $stored := lookup "v1" "Secret" .root.Release.Namespace (printf "%s-%s" (include "cytomine.fullname" .root) .slot) -}}
{{- $mark := sha256sum (printf "%s %s" (join "," .names) (default "" .ca.Cert)) | trunc 16 -}}
{{- $leaf := dict -}}
{{- $outdated := false -}}
{{- if and .given.notAfter (default dict .root.Release.cytomineState.ca).stays -}}
  {{- $outdated = lt (sub (toDate "2006-01-02T15:04:05Z07:00" .given.notAfter | unixEpoch | int64) (now | unixEpoch | int64)) (mul $t.renewBefore 86400) -}}
  {{- /* Names stand as plain text in a certificate. */ -}}
  {{- $text := regexReplaceAll "-----[A-Z ]+-----|\\s" (regexFind "(?s)-----BEGIN.+?-----END[A-Z ]+-----" .given.crt) "" | b64dec -}}
  {{- range .names }}{{ if not (contains . $text) }}{{ $outdated = true }}{{ end }}{{ end -}}
{{- end -}}
{{- if and .given.crt .given.key (not $outdated) -}}
  {{- $leaf = dict "crt" .given.crt "key" .given.key "notAfter" .given.notAfter "mark" $mark -}}
{{- else if $stored -}}
  {{- $a := default dict $stored.metadata.annotations -}}
  {{- $end := index $a "cytomine.org/not-after" | default "2000-01-01T00:00:00Z" -}}
  {{- $left := sub (toDate "2006-01-02T15:04:05Z07:00" $end | unixEpoch | int64) (now | unixEpoch | int64) -}}
  {{- if and (gt $left (mul $t.renewBefore 86400)) (eq (index $a "cytomine.org/made-for" | default "") $mark) -}}
    {{- $leaf = dict "crt" (index $stored.data "tls.crt" | b64dec) "key" (index $stored.data "tls.key" | b64dec) "notAfter" $end "mark" $mark -}}
  {{- end -}}
{{- end -}}
{{- if not $leaf -}}
  {{- $days := int $t.validity -}}
  {{- $end := now | dateModify (printf "+%dh" (mul $days 24)) -}}
  {{- $cert := dict -}}
  {{- if .ca.Cert -}}{{- $cert = genSignedCertWithKey (first .names) nil .names $days .ca (genPrivateKey "ecdsa") -}}
  {{- else -}}{{- $cert = genSelfSignedCertWithKey (first .names) nil .names $days (genPrivateKey "ecdsa") -}}{{- end -}}
  {{- $leaf = dict "crt" $cert.Cert "key" $cert.Key "notAfter" (dateInZone "2006-01-02T15:04:05Z" $end "UTC") "mark" $mark -}}
{{- end -}}
{{- $_ := set .root.Release.cytomineState .slot $leaf -}}
{{- end }}

{{/*
dict root, keys: hash of secrets that are read at start only. Secrets of the user's are looked at in the cluster; those
that an operator fetches later count by their name.
*/}}
{{- define "cytomine.checksum" -}}
{{- include "cytomine.prepare" .root -}}
{{- $state := .root.Release.cytomineState -}}
{{- $seen := dict -}}
{{- with .root.Values.secrets.existingSecret -}}
{{- $stored := default dict (lookup "v1" "Secret" $.root.Release.Namespace .).data -}}
{{- range $.keys }}{{ $_ := set $seen . (index $stored . | default "") }}{{ end -}}
{{- else -}}
{{- if not (include "cytomine.givenSecret" .root) -}}
{{- $all := merge (dict) $state.app (default dict $state.database) -}}
{{- range $.keys }}{{ $_ := set $seen . (index $all . | default "") }}{{ end -}}
{{- end -}}
{{- end -}}
{{- dict "name" (include "cytomine.givenSecret" .root) "data" $seen | toJson | sha256sum -}}
{{- end }}

{{/* Of the server, of the worker and of the database. */}}
{{- define "cytomine.secretsChecksum" -}}
{{- include "cytomine.checksum" (dict "root" . "keys" (list "admin-password" "server-key" "api-admin-public" "api-admin-private" "owner")) -}}
{{- end }}
{{- define "cytomine.workerChecksum" -}}
{{- include "cytomine.checksum" (dict "root" . "keys" (list "server-key" "owner")) -}}
{{- end }}
{{- define "cytomine.databaseChecksum" -}}
{{- include "cytomine.checksum" (dict "root" . "keys" (list "owner" "app" "readonly" "backup")) -}}
{{- end }}
