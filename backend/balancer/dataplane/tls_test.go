package dataplane_test

import (
	"bufio"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// certificate makes one for names.
func (s *scene) certificate(id string, names ...string) {
	s.Helper()
	s.set(balancer.Piece{Certificate: s.pem(id, names...)})
}

func (s *scene) certificateOf(id string, key crypto.Signer, leaf *x509.Certificate) {
	s.Helper()
	s.set(balancer.Piece{Certificate: s.signed(id, key, leaf)})
}

func (s *scene) pem(id string, names ...string) *balancer.Certificate {
	s.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.Fatal(err)
	}
	return s.signed(id, key, &x509.Certificate{DNSNames: names})
}

// signed makes a certificate of a key, which lasts from an hour ago for two, unless told
// otherwise.
func (s *scene) signed(id string, key crypto.Signer, leaf *x509.Certificate) *balancer.Certificate {
	s.Helper()
	leaf.SerialNumber = big.NewInt(1)
	if leaf.NotAfter.IsZero() {
		leaf.NotBefore, leaf.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, leaf, key.Public(), key)
	if err != nil {
		s.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		s.Fatal(err)
	}
	return &balancer.Certificate{
		ID: id, Chain: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		Key: string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})),
	}
}

func (s *scene) listenTLS(protocol string, attributes map[string]string, certificates ...string) {
	s.Helper()
	s.set(balancer.Piece{Listener: &balancer.Listener{
		ID: "listener", Port: 443, Protocol: protocol, Rules: []balancer.Rule{toGroup("group")}, Certificates: certificates, Attributes: attributes,
	}})
}

// secure is a client that speaks TLS for a name, in HTTP/2 if it may.
func (s *scene) secure(name string, http2 bool) *http.Client {
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true, ServerName: name}, ForceAttemptHTTP2: http2, //nolint:gosec // a test's own certificate
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, s.address)
		},
	}
	s.T.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func (s *scene) request(method, url string, body io.Reader) *http.Request {
	s.Helper()
	r, err := http.NewRequestWithContext(s.Context(), method, url, body)
	if err != nil {
		s.Fatal(err)
	}
	return r
}

// Clients of both versions are served, and the target is told about it.
func TestHTTPS(t *testing.T) {
	s := newScene(t)
	s.one(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s %s %s", r.Proto, r.Header.Get("X-Forwarded-Proto"), r.Header.Get("X-Forwarded-Port"), r.Header.Get("X-Amzn-Tls-Version"))
	})
	s.certificate("c", "example.com")
	s.listenTLS("HTTPS", map[string]string{"routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "true"}, "c")
	for _, http2 := range []bool{true, false} {
		answer, body := s.fetch(s.secure("example.com", http2), s.request(http.MethodGet, "https://example.com/", nil))
		if body != "HTTP/1.1 https 443 TLSv1.3" || (answer.ProtoMajor == 2) != http2 {
			t.Errorf("%s: %q", answer.Proto, body)
		}
	}
	s.listenTLS("HTTPS", map[string]string{"routing.http2.enabled": "false"}, "c")
	if answer, _ := s.fetch(s.secure("example.com", true), s.request(http.MethodGet, "https://example.com/", nil)); answer.ProtoMajor != 1 {
		t.Errorf("%s where HTTP/2 is switched off", answer.Proto)
	}
}

// The name that the client asks for decides on the certificate, else the first one does.
func TestServerNames(t *testing.T) {
	s := newScene(t)
	s.one(func(http.ResponseWriter, *http.Request) {})
	s.certificate("default", "default.org")
	s.certificate("wild", "*.example.com")
	s.certificate("exact", "www.example.com")
	s.listenTLS("HTTPS", nil, "default", "wild", "exact")
	shown := func(name string) string {
		conn, err := tls.Dial("tcp", s.address, &tls.Config{InsecureSkipVerify: true, ServerName: name}) //nolint:gosec // a test's own certificate
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		return conn.ConnectionState().PeerCertificates[0].DNSNames[0]
	}
	for name, want := range map[string]string{
		"": "default.org", "default.org": "default.org", "api.example.com": "*.example.com", "API.Example.com": "*.example.com",
		"www.example.com": "www.example.com", "a.b.example.com": "default.org", "example.com": "default.org", "other.org": "default.org",
	} {
		if got := shown(name); got != want {
			t.Errorf("%q is shown %s, want %s", name, got, want)
		}
	}
	s.certificate("default", "renewed.org")
	if got := shown(""); got != "renewed.org" {
		t.Errorf("after it was renewed: %s", got)
	}
}

// gRPC has its trailers, on the header as well where there is no body.
func TestGRPC(t *testing.T) {
	s := newScene(t)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 || r.Header.Get("Te") != "trailers" || r.Method != http.MethodPost {
			t.Errorf("%s %v", r.Proto, r.Header)
		}
		w.Header().Set("Content-Type", "application/grpc")
		if r.URL.Path == "/none" {
			w.Header().Set("Grpc-Status", "12")
			return
		}
		lines := bufio.NewScanner(r.Body)
		for lines.Scan() {
			fmt.Fprintln(w, "got", lines.Text())
			_ = http.NewResponseController(w).Flush()
		}
		w.Header().Set(http.TrailerPrefix+"Grpc-Status", "0")
	}))
	server.Config.Protocols = new(http.Protocols)
	server.Config.Protocols.SetUnencryptedHTTP2(true)
	server.Start()
	t.Cleanup(server.Close)
	s.set(balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: "HTTP", ProtocolVersion: "GRPC"}})
	s.target("group", "a", server.Listener.Addr().String())
	s.certificate("c", "example.com")
	s.listenTLS("HTTPS", nil, "c")
	client := s.secure("example.com", true)

	reader, writer := io.Pipe()
	request := s.request(http.MethodPost, "https://example.com/echo", reader)
	request.Header.Set("Content-Type", "application/grpc")
	request.Header.Set("Te", "trailers")
	began := make(chan struct{})
	go func() { fmt.Fprintln(writer, "one"); close(began) }()
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	<-began
	lines := bufio.NewReader(answer.Body)
	for _, word := range []string{"one", "two"} {
		if line, err := lines.ReadString('\n'); err != nil || line != "got "+word+"\n" {
			t.Fatalf("%q, %v", line, err)
		}
		if word == "one" {
			fmt.Fprintln(writer, "two")
		}
	}
	_ = writer.Close()
	if _, err := io.ReadAll(lines); err != nil || answer.Trailer.Get("Grpc-Status") != "0" {
		t.Errorf("%v, trailers %v", err, answer.Trailer)
	}
	_ = answer.Body.Close()

	none := s.request(http.MethodPost, "https://example.com/none", nil)
	none.Header.Set("Te", "trailers")
	if answer, _ := s.fetch(client, none); answer.Header.Get("Grpc-Status") != "12" {
		t.Errorf("%v", answer.Header)
	}
	// Others do not fit.
	if answer, _ := s.fetch(client, s.request(http.MethodGet, "https://example.com/", nil)); answer.StatusCode != 464 {
		t.Errorf("GET: %d", answer.StatusCode)
	}
	if answer, _ := s.fetch(s.secure("example.com", false), s.request(http.MethodPost, "https://example.com/", nil)); answer.StatusCode != 464 {
		t.Errorf("HTTP/1.1: %d", answer.StatusCode)
	}
}

// Targets may have TLS with any certificate.
func TestHTTPSTargets(t *testing.T) {
	s := newScene(t)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.TLS != nil) }))
	t.Cleanup(server.Close)
	s.set(balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: "HTTPS", ProtocolVersion: "HTTP1"}})
	s.target("group", "a", server.Listener.Addr().String())
	s.listen("HTTP", nil, toGroup("group"))
	for range 3 {
		if answer, body := s.get("/"); body != "true" {
			t.Errorf("%d %q", answer.StatusCode, body)
		}
	}
}

// Old ones as well: all that AWS's policy for targets has.
func TestTLSOfOldTargets(t *testing.T) {
	for _, config := range []*tls.Config{
		{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10},
		{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11},
		{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_256_CBC_SHA}},
		{MinVersion: tls.VersionTLS13},
	} {
		s := newScene(t)
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, tls.VersionName(r.TLS.Version)) }))
		server.TLS = config
		server.StartTLS()
		t.Cleanup(server.Close)
		s.set(balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: "HTTPS", ProtocolVersion: "HTTP1"}})
		s.target("group", "a", server.Listener.Addr().String())
		s.listen("HTTP", nil, toGroup("group"))
		want := tls.VersionName(max(config.MaxVersion, config.MinVersion))
		if answer, body := s.get("/"); body != want {
			t.Errorf("%d %q, want %q", answer.StatusCode, body, want)
		}
	}
}
