{{/* Contents of ConfigMaps and other parts that checksums read as well. */}}

{{- define "cytomine.config" -}}
{{- $tls := include "cytomine.tls" . -}}
[server]
listen = "0.0.0.0:{{ ternary "8443" "8080" (eq $tls "true") }}"
metrics_listen = "0.0.0.0:9090"
public_url = "{{ .Values.protocol }}://{{ .Values.serverName }}"
{{- with .Values.server.trustedProxies }}
trusted_proxy = {{ toJson . }}
{{- end }}
{{- if $tls }}

[tls]
cert = "/run/cytomine/tls/server/tls.crt"
key = "/run/cytomine/tls/server/tls.key"
{{- end }}

[storage]
data = "/data"

[database]
url = "{{ include "cytomine.databaseUrl" . }}"
password_file = "/run/cytomine/database/password"

[account]
key_file = "/run/cytomine/secrets/server-key"
admin_password_file = "/run/cytomine/secrets/admin-password"

[log]
filter = {{ .Values.server.logLevel | quote }}
format = {{ .Values.server.logFormat | quote }}
{{- end }}

{{- define "cytomine.databaseUrl" -}}
{{- $mode := .Values.database.tls.mode -}}
{{- if eq .Values.database.mode "external" -}}
{{- $e := .Values.database.external -}}
postgres://{{ $e.user }}@{{ $e.host }}:{{ int $e.port }}/{{ .Values.database.name }}?sslmode={{ $mode }}{{ if and $e.caSecret (ne $mode "disable") }}&sslrootcert=/run/cytomine/tls/database/ca.crt{{ end }}
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
{{- else if eq .Values.tls.internal.mode "provided" -}}
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
passwd: |
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
  ssl_key_file = '/run/cytomine/tls/tls.key'
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
