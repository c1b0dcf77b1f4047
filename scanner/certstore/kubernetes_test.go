package certstore_test

import (
	"encoding/base64"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
)

// TestKubernetes: manifests as kubectl writes them, with what openssl made.
func TestKubernetes(t *testing.T) {
	b := make1(t)
	b64 := func(data []byte) string { return base64.StdEncoding.EncodeToString(data) }
	indent := func(data []byte) string {
		return strings.ReplaceAll("    "+strings.TrimSpace(string(data)), "\n", "\n    ")
	}
	secret := "apiVersion: v1\nkind: Secret\nmetadata:\n  name: web\n  namespace: shop\ntype: kubernetes.io/tls\ndata:\n  tls.crt: " +
		b64(b.cert) + "\n  tls.key: " + b64(b.key) + "\n  password: " + b64([]byte("hunter2")) + "\n  sealed: AgB!!\n"
	configmap := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ca}\ndata:\n  ca.crt: |\n" + indent(b.other) + "\nbinaryData:\n  k.p12: " + b64(b.pubDER) + "\n"
	kubeconfig := "apiVersion: v1\nkind: Config\nclusters:\n- name: main\n  cluster:\n    server: https://127.0.0.1\n    certificate-authority-data: " + b64(b.other) +
		"\nusers:\n- name: admin\n  user:\n    client-certificate-data: " + b64(b.cert) + "\n    client-key-data: " + b64(b.key) + "\n    token: abc\n"
	hook := "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {name: hook}\nwebhooks:\n- clientConfig: {caBundle: " + b64(b.cert) + "}\n"
	bomb := "apiVersion: v1\nkind: Secret\na: &a [x,x,x,x,x,x,x,x,x]\n"
	for _, n := range []string{"b", "c", "d", "e", "f", "g", "h"} {
		prev := string(n[0] - 1)
		bomb += n + ": &" + n + " [" + strings.TrimSuffix(strings.Repeat("*"+prev+",", 9), ",") + "]\n"
	}
	tests := []struct{ name, text, want string }{
		{"secret", secret, "Kubernetes Secret: certificate@shop/web:tls.crt private-key@shop/web:tls.key"},
		{"config map", configmap, "Kubernetes ConfigMap: certificate@ca:ca.crt public-key@ca:k.p12"},
		{"both", secret + "---\n" + configmap, "Kubernetes Secret: certificate@shop/web:tls.crt private-key@shop/web:tls.key certificate@ca:ca.crt public-key@ca:k.p12"},
		{"list in JSON", `{"apiVersion":"v1","kind":"List","items":[{"kind":"Secret","metadata":{"name":"x"},"data":{"a":"` + b64(b.keyDER) + `"}}]}`, "Kubernetes Secret: private-key@x:a"},
		{"list in JSON on one long line", `{"apiVersion":"v1","kind":"List","items":[{"kind":"Secret","metadata":{"name":"pad"},"data":{"a":"` + strings.Repeat("AAAA", 2000) + `"}},{"kind":"Secret","metadata":{"name":"x"},"data":{"a":"` + b64(b.keyDER) + `"}}]}`, "Kubernetes Secret: private-key@x:a"},
		{"kubeconfig", kubeconfig, "kubeconfig: certificate@cluster main:certificate-authority-data certificate@user admin:client-certificate-data private-key@user admin:client-key-data"},
		{"webhook", hook, "Kubernetes ValidatingWebhookConfiguration: certificate@hook:caBundle"},
		{"another kind with PEM in it", "apiVersion: v1\nkind: X\nspec:\n  pem: |\n" + indent(b.cert) + "\n", "PEM: certificate@"},
		{"nothing", "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n", ":"},
		{"aliases", bomb, ": -Kubernetes objects not-understood"},
		{"a template", "apiVersion: v1\nkind: Secret\n{{- if .x }}\ndata: {{ .y }}\n", ":"},
		{"a page about manifests", "# How to\nFirst write this:\n```\napiVersion: v1\nkind: Secret\n\t[\n```\n", ":"},
		{"more values than fit", `{"apiVersion":"v1","kind":"X","a":[` + strings.Repeat("0,", 1<<19) + "0]}", ": -Kubernetes objects too-large"},
		{"broken", "apiVersion: v1\nkind: Secret\n\t- x: [", ": -Kubernetes objects not-understood"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x")
			write(t, path, []byte(tt.text))
			o := probe(path)
			if got := members(o); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			noSecret(t, o)
		})
	}
	// In an archive the manifest's name goes before.
	dir := t.TempDir()
	write(t, dir+"/web.yaml", []byte(secret))
	lab.RunIn(t, dir, "tar", "cf", "a.tar", "web.yaml")
	if got, want := members(probe(dir+"/a.tar")), "tar: certificate@web.yaml!/shop/web:tls.crt private-key@web.yaml!/shop/web:tls.key"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
