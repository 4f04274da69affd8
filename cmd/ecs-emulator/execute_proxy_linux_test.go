package main

import (
	"encoding/pem"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// tlsProxy is a proxy with a certificate of its own. It must be started.
func tlsProxy(t *testing.T) (proxy *httptest.Server, certificate string) {
	t.Helper()
	proxy = httptest.NewUnstartedServer(nil)
	t.Cleanup(proxy.Close)
	return proxy, filepath.Join(t.TempDir(), "proxy.pem")
}

// startTo has a proxy pass on all requests to an emulator. It writes its certificate to a file.
func startTo(t *testing.T, proxy *httptest.Server, certificate, endpoint string, rewrite func(*httputil.ProxyRequest)) {
	t.Helper()
	to, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	proxy.Config.Handler = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		rewrite(r)
	}}
	proxy.StartTLS()
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: proxy.Certificate().Raw})
	if err := os.WriteFile(certificate, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestExecuteCommandBehindATLSProxy has the AWS CLI and its plugin reach the emulator through a proxy
// alone: one that says how it was reached, and one that does not, for which there is --public-url.
func TestExecuteCommandBehindATLSProxy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		public  bool
		rewrite func(*httputil.ProxyRequest)
	}{
		{"X-Forwarded-Proto", false, func(r *httputil.ProxyRequest) {
			r.Out.Host = r.In.Host
			r.Out.Header.Set("X-Forwarded-Proto", "https")
		}},
		{"public URL", true, func(*httputil.ProxyRequest) {}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			plugin := pluginOfTheCLI(t)
			proxy, certificate := tlsProxy(t)
			address, args := proxy.Listener.Addr().String(), []string{"--engine", "sim"}
			if c.public {
				args = append(args, "--public-url", "https://"+address)
			}
			p := startServe(t, args...)
			var channels atomic.Int32
			startTo(t, proxy, certificate, *p.client.Options().BaseEndpoint, func(r *httputil.ProxyRequest) {
				c.rewrite(r)
				if r.In.TLS != nil && r.In.Header.Get("Upgrade") == "websocket" {
					channels.Add(1)
				}
			})
			task := p.runExecutable("app", "app")
			cmd := p.awsCommand(plugin, "ecs", "execute-command", "--task", task, "--interactive", "--command", dockertest.AppPath+" sh")
			cmd.Env = append(cmd.Env, "AWS_ENDPOINT_URL=https://"+address, "AWS_CA_BUNDLE="+certificate, "SSL_CERT_FILE="+certificate)
			s := startOnTerminal(p, 100, cmd)
			s.awaits("# ")
			s.runs("echo one two")
			s.awaits("\none two\n# ")
			s.exits()
			if n := channels.Load(); n != 1 {
				t.Errorf("through the proxy there were %d data channels", n)
			}
		})
	}
}
