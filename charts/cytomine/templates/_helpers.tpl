{{/* Full name, cut so that every derived name fits 63 characters. */}}
{{- define "cytomine.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}{{ .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else if contains $name .Release.Name -}}{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else -}}{{ printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" }}{{- end -}}
{{- end }}

{{/* dict root, component: what selectors use; never changes between versions. */}}
{{- define "cytomine.selector" -}}
app.kubernetes.io/name: {{ default .root.Chart.Name .root.Values.nameOverride }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "cytomine.labels" -}}
{{- $own := fromYaml (include "cytomine.selector" .) -}}
{{- $more := dict "app.kubernetes.io/version" .root.Chart.AppVersion "app.kubernetes.io/part-of" "cytomine" "app.kubernetes.io/managed-by" .root.Release.Service "helm.sh/chart" (printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_") -}}
{{- toYaml (mergeOverwrite (dict) (deepCopy .root.Values.commonLabels) (default dict .extra) $more $own) -}}
{{- end }}

{{/* dict root, component, name, [extra labels], [annotations], [job]: metadata of an object of the release. */}}
{{- define "cytomine.metadata" -}}
{{- $job := dict -}}
{{- if .job -}}
{{- $reason := "its pods run to their end, so nothing asks whether they live or are ready" -}}
{{- $job = dict "ignore-check.kube-linter.io/no-liveness-probe" $reason "ignore-check.kube-linter.io/no-readiness-probe" $reason -}}
{{- end -}}
name: {{ .name }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "cytomine.labels" . | nindent 2 }}
{{- with mergeOverwrite (dict) (deepCopy .root.Values.commonAnnotations) $job (default dict .annotations) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* dict root, component, name, labels, annotations: metadata of a pod template; `workload` is what policies select. */}}
{{- define "cytomine.podMetadata" -}}
labels:
  {{- include "cytomine.labels" (dict "root" .root "component" .component "extra" (mergeOverwrite (dict) (deepCopy (default dict .labels)) (dict "cytomine.org/workload" .name))) | nindent 2 }}
{{- with mergeOverwrite (dict) (deepCopy .root.Values.commonAnnotations) (default dict .annotations) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "cytomine.image" -}}
{{- $i := .Values.image -}}
{{- $registry := default $i.registry (dig "imageRegistry" "" (default dict .Values.global)) -}}
{{- $base := $i.repository -}}
{{- if $registry }}{{ $base = printf "%s/%s" $registry $i.repository }}{{ end -}}
{{- if $i.digest }}{{ $base }}@{{ $i.digest }}{{ else }}{{ $base }}:{{ default .Chart.AppVersion $i.tag }}{{ end -}}
{{- end }}

{{- define "cytomine.openshift" -}}
{{- if or (eq .Values.podSecurity.openshift "on") (and (eq .Values.podSecurity.openshift "auto") (.Capabilities.APIVersions.Has "security.openshift.io/v1")) }}true{{ end -}}
{{- end }}

{{/* dict root, [id]: security context of a pod. */}}
{{- define "cytomine.podSecurity" -}}
{{- $p := .root.Values.podSecurity -}}
runAsNonRoot: true
{{- if not (include "cytomine.openshift" .root) }}
runAsUser: {{ int (default $p.runAsUser .id) }}
runAsGroup: {{ int (default $p.runAsGroup .id) }}
fsGroup: {{ int (default $p.fsGroup .id) }}
fsGroupChangePolicy: {{ $p.fsGroupChangePolicy }}
{{- with $p.supplementalGroups }}
supplementalGroups:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $p.seLinuxType }}
seLinuxOptions:
  type: {{ . }}
{{- end }}
{{- end }}
seccompProfile:
  type: {{ $p.seccomp }}
{{- end }}

{{- define "cytomine.containerSecurity" -}}
allowPrivilegeEscalation: false
capabilities:
  drop: [ALL]
privileged: false
readOnlyRootFilesystem: true
runAsNonRoot: true
{{- if not (include "cytomine.openshift" .root) }}
runAsUser: {{ int (default .root.Values.podSecurity.runAsUser .id) }}
runAsGroup: {{ int (default .root.Values.podSecurity.runAsGroup .id) }}
{{- end }}
{{- end }}

{{/* dict root, [id], restart: what every pod has in common. */}}
{{- define "cytomine.podCommon" -}}
automountServiceAccountToken: false
enableServiceLinks: false
restartPolicy: {{ .restart }}
{{- if not .root.Values.podSecurity.hostUsers }}
hostUsers: false
{{- end }}
dnsConfig:
  options:
    - name: ndots
      value: "2"
{{- with include "cytomine.priorityClass" .root }}
priorityClassName: {{ . }}
{{- end }}
securityContext:
  {{- include "cytomine.podSecurity" . | nindent 2 }}
{{- end }}

{{- define "cytomine.priorityClass" -}}
{{- if .Values.priorityClass.name }}{{ .Values.priorityClass.name }}{{ else if .Values.priorityClass.create }}{{ include "cytomine.fullname" . }}{{ end -}}
{{- end }}

{{- define "cytomine.account" -}}
{{- default (ternary (include "cytomine.fullname" .) "default" .Values.serviceAccount.create) .Values.serviceAccount.name -}}
{{- end }}

{{- define "cytomine.tls" -}}
{{- if ne .Values.tls.internal.mode "disabled" }}true{{ end -}}
{{- end }}

{{- define "cytomine.rwo" -}}
{{- $s := .Values.storage.slides -}}
{{- if and (eq $s.type "pvc") (not $s.ephemeral) (eq $s.accessMode "ReadWriteOnce") }}true{{ end -}}
{{- end }}

{{/* Whether the queue has a Deployment of its own. */}}
{{- define "cytomine.workers" -}}
{{- if gt (int .Values.worker.replicas) 0 }}true{{ end -}}
{{- end }}

{{/* A time such as 600s, 10m or 1h in whole seconds. */}}
{{- define "cytomine.seconds" -}}
{{- if hasSuffix "ms" . }}{{ div (trimSuffix "ms" . | int64) 1000 | max 1 }}
{{- else if hasSuffix "h" . }}{{ mul (trimSuffix "h" . | int64) 3600 }}
{{- else if hasSuffix "m" . }}{{ mul (trimSuffix "m" . | int64) 60 }}
{{- else }}{{ trimSuffix "s" . | int64 }}{{ end -}}
{{- end }}

{{/* The Secret of the user's that holds all of them; empty = the chart's own two. */}}
{{- define "cytomine.givenSecret" -}}
{{- if .Values.secrets.existingSecret }}{{ .Values.secrets.existingSecret }}
{{- else if .Values.secrets.externalSecrets.enabled }}{{ include "cytomine.fullname" . }}-external{{ end -}}
{{- end }}
{{- define "cytomine.appSecret" -}}
{{- default (printf "%s-app" (include "cytomine.fullname" .)) (include "cytomine.givenSecret" .) -}}
{{- end }}

{{/*
dict root, component, part, [slides]: where pods of a part go. Pods that mount slides share a node while the claim is
ReadWriteOnce; one that finds no other is placed anywhere, for its own label satisfies the rule.
*/}}
{{- define "cytomine.placement" -}}
{{- with .part.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
affinity:
  {{- if .part.affinity }}
  {{- toYaml .part.affinity | nindent 2 }}
  {{- else }}
  nodeAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      nodeSelectorTerms:
        - matchExpressions:
            - key: kubernetes.io/os
              operator: In
              values: [linux]
  {{- if and .slides (include "cytomine.rwo" .root) }}
  podAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- include "cytomine.slidesLabel" .root | nindent 12 }}
  {{- end }}
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels:
              {{- include "cytomine.selector" (dict "root" .root "component" .component) | nindent 14 }}
  {{- end }}
{{- with .part.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
  {{- if .part.topologySpread }}
  {{- toYaml .part.topologySpread | nindent 2 }}
  {{- else }}
  {{- range $key := list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ $key }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "cytomine.selector" (dict "root" $.root "component" $.component) | nindent 8 }}
  {{- end }}
  {{- end }}
{{- end }}

{{- define "cytomine.slidesLabel" -}}
cytomine.org/slides: {{ include "cytomine.fullname" . }}
{{- end }}

{{/* dict root, name, part: body of a HorizontalPodAutoscaler for the Deployment of this name. */}}
{{- define "cytomine.autoscaler" -}}
scaleTargetRef:
  apiVersion: apps/v1
  kind: Deployment
  name: {{ .name }}
minReplicas: {{ int .part.autoscaling.minReplicas }}
maxReplicas: {{ int .part.autoscaling.maxReplicas }}
metrics:
  {{- range $name, $target := dict "cpu" .part.autoscaling.targetCPU "memory" .part.autoscaling.targetMemory }}
  {{- if $target }}
  - type: Resource
    resource:
      name: {{ $name }}
      target:
        type: Utilization
        averageUtilization: {{ int $target }}
  {{- end }}
  {{- end }}
  {{- with .part.autoscaling.metrics }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .part.autoscaling.behavior }}
behavior:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Pods of maintenance by name, for policies: they are known before the objects are there. */}}
{{- define "cytomine.maintenanceNames" -}}
{{- $full := include "cytomine.fullname" . -}}
{{- range list "backup" "restore-drill" "restore" "migrate" }}
- {{ $full }}-{{ . }}
{{- end }}
{{- end }}

{{/*
Maintenance that is on, as a list. A hook turned on by an upgrade runs under the policies of the release before: that once no
policy selects it, so it is not stopped, and the database's own lets it in.
*/}}
{{- define "cytomine.maintenanceParts" -}}
{{- $v := .Values -}}
{{- $parts := list -}}
{{- if $v.backup.enabled }}{{ $parts = append $parts "backup" }}{{ end -}}
{{- if and $v.backup.enabled $v.backup.drill.enabled }}{{ $parts = append $parts "restore-drill" }}{{ end -}}
{{- if $v.restore.enabled }}{{ $parts = append $parts "restore" }}{{ end -}}
{{- if eq $v.migrations.mode "hook" }}{{ $parts = append $parts "migrate" }}{{ end -}}
{{- toYaml $parts -}}
{{- end }}

{{/* Names browsers may use, first the main one. */}}
{{- define "cytomine.hosts" -}}
{{- toYaml (prepend .Values.extraServerNames .Values.serverName | uniq) -}}
{{- end }}

{{- define "cytomine.storageClass" -}}
{{- $class := default .own (dig "storageClass" "" (default dict .root.Values.global)) -}}
{{- if .own }}{{ $class = .own }}{{ end -}}
{{- with $class }}
storageClassName: {{ . | quote }}
{{- end -}}
{{- end }}

{{- define "cytomine.edgeSecret" -}}
{{- default (printf "%s-edge-tls" (include "cytomine.fullname" .)) .Values.edge.tls.secretName -}}
{{- end }}

{{- define "cytomine.maintenanceTlsSecret" -}}
{{- if eq .Values.tls.internal.mode "provided" }}{{ .Values.tls.internal.provided.maintenanceSecret }}{{ else }}{{ include "cytomine.fullname" . }}-tls-maintenance{{ end -}}
{{- end }}
{{- define "cytomine.serverTlsSecret" -}}
{{- if eq .Values.tls.internal.mode "provided" }}{{ .Values.tls.internal.provided.serverSecret }}{{ else }}{{ include "cytomine.fullname" . }}-tls-server{{ end -}}
{{- end }}
{{- define "cytomine.postgresTlsSecret" -}}
{{- if eq .Values.tls.internal.mode "provided" }}{{ .Values.tls.internal.provided.postgresSecret }}{{ else }}{{ include "cytomine.fullname" . }}-tls-postgres{{ end -}}
{{- end }}

{{/*
dict root, file: the objects that a template makes, with the keys of every map in order: equal values give equal bytes whatever a
template's own order, and kube-linter's sorted-keys asks for it. Comments of templates stay out.
*/}}
{{- define "cytomine.sorted" -}}
{{- range regexSplit "(?m)^---\\s*$" (include .file .root) -1 }}
{{- $object := fromYaml . }}
{{- if hasKey $object "Error" }}{{ fail (printf "%s: %s in: %s" $.file $object.Error .) }}{{ end }}
{{- if $object }}
---
{{ toYaml $object }}
{{- end }}
{{- end }}
{{- end }}
