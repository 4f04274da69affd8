package dataplane_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

func (s *scene) listenSecurely(protocol string, security balancer.Security) {
	s.Helper()
	s.set(balancer.Piece{Listener: &balancer.Listener{
		ID: "listener", Port: 443, Protocol: protocol, Rules: []balancer.Rule{toGroup("group")}, Certificates: []string{"c"}, Security: &security,
	}})
}

// greet is how a client that has a configuration gets on with the listener.
func (s *scene) greet(config *tls.Config) (tls.ConnectionState, error) {
	config.InsecureSkipVerify = true //nolint:gosec // a test's own certificate
	conn, err := tls.Dial("tcp", s.address, config)
	if err != nil {
		return tls.ConnectionState{}, err
	}
	defer func() { _ = conn.Close() }()
	return conn.ConnectionState(), nil
}

func TestProtocolsOfASecurityPolicy(t *testing.T) {
	s := newScene(t)
	s.one(func(http.ResponseWriter, *http.Request) {})
	s.certificate("c", "example.com")
	all := []string{"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"}
	suites := []string{"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-SHA384", "ECDHE-ECDSA-AES128-SHA"}
	for _, protocols := range [][]string{all, all[:3], all[1:], all[2:], all[2:3], all[3:]} {
		s.listenSecurely("HTTPS", balancer.Security{Protocols: protocols, Ciphers: suites})
		for i, name := range all {
			version := tls.VersionTLS10 + uint16(i)
			state, err := s.greet(&tls.Config{MinVersion: version, MaxVersion: version})
			if want := slices.Contains(protocols, name); want != (err == nil) || want && state.Version != version {
				t.Errorf("a policy of %v and a client of %s: %v", protocols, name, err)
			}
		}
	}
}

func TestCiphersOfASecurityPolicy(t *testing.T) {
	s := newScene(t)
	s.one(func(http.ResponseWriter, *http.Request) {})
	s.certificate("c", "example.com")
	s.listenSecurely("HTTPS", balancer.Security{Protocols: []string{"TLSv1.2"}, Ciphers: []string{"ECDHE-ECDSA-AES128-SHA256"}})
	for suite, want := range map[uint16]bool{
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256: true, tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: false, tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: false,
	} {
		if _, err := s.greet(&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{suite}}); want != (err == nil) {
			t.Errorf("%s: %v", tls.CipherSuiteName(suite), err)
		}
	}
	// A policy whose ciphers Go has not takes no client, rather than those it does not name.
	s.listenSecurely("HTTPS", balancer.Security{Protocols: []string{"TLSv1.2"}, Ciphers: []string{"ECDHE-ECDSA-AES256-SHA384"}})
	if state, err := s.greet(&tls.Config{}); err == nil {
		t.Errorf("it speaks %s", tls.CipherSuiteName(state.CipherSuite))
	}
}

func TestPostQuantumKeyExchange(t *testing.T) {
	s := newScene(t)
	s.one(func(http.ResponseWriter, *http.Request) {})
	s.certificate("c", "example.com")
	for _, on := range []bool{true, false} {
		s.listenSecurely("TLS", balancer.Security{Protocols: []string{"TLSv1.3"}, PostQuantum: on})
		for _, exchange := range []tls.CurveID{tls.X25519MLKEM768, tls.SecP256r1MLKEM768, tls.SecP384r1MLKEM1024} {
			if _, err := s.greet(&tls.Config{CurvePreferences: []tls.CurveID{exchange}}); on != (err == nil) {
				t.Errorf("post-quantum %t, a client of %s: %v", on, exchange, err)
			}
		}
		if _, err := s.greet(&tls.Config{CurvePreferences: []tls.CurveID{tls.CurveP384}}); err != nil {
			t.Errorf("post-quantum %t, a client of P-384: %v", on, err)
		}
	}
}

// Those without forward secrecy are served as well, where Go's own choice would be none.
func TestCiphersOfOldClients(t *testing.T) {
	s := newScene(t)
	s.one(func(http.ResponseWriter, *http.Request) {})
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	s.certificateOf("c", key, &x509.Certificate{DNSNames: []string{"example.com"}})
	s.listenSecurely("HTTPS", balancer.Security{Protocols: []string{"TLSv1", "TLSv1.1", "TLSv1.2"}, Ciphers: []string{"AES128-GCM-SHA256", "AES256-SHA", "DES-CBC3-SHA"}})
	for _, suite := range []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_256_CBC_SHA, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA} {
		if _, err := s.greet(&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{suite}}); err != nil {
			t.Errorf("%s: %v", tls.CipherSuiteName(suite), err)
		}
	}
}

// The ALPN policy of a TLS listener decides, and who has none of its protocols is let in
// without.
func TestALPN(t *testing.T) {
	s := newScene(t)
	s.one(func(http.ResponseWriter, *http.Request) {})
	s.certificate("c", "example.com")
	for _, test := range []struct {
		policy, client []string
		want           string
	}{
		{[]string{"h2", "http/1.1", "http/1.0"}, []string{"http/1.1", "h2"}, "h2"},
		{[]string{"http/1.1", "http/1.0", "h2"}, []string{"h2", "http/1.1"}, "http/1.1"},
		{[]string{"http/1.1", "http/1.0", "h2"}, []string{"h2"}, "h2"},
		{[]string{"h2"}, []string{"http/1.1"}, ""},
		{[]string{"http/1.1", "http/1.0"}, []string{"h2"}, ""},
		{[]string{"h2"}, nil, ""},
		{nil, []string{"h2"}, ""},
	} {
		s.listenSecurely("TLS", balancer.Security{Protocols: []string{"TLSv1.3"}, ALPN: test.policy})
		if state, err := s.greet(&tls.Config{NextProtos: test.client}); err != nil || state.NegotiatedProtocol != test.want {
			t.Errorf("%v with %v: %q, %v; want %q", test.policy, test.client, state.NegotiatedProtocol, err, test.want)
		}
	}
}

// What targets are told of a client's TLS has the words of OpenSSL.
func TestWordsOfTLS(t *testing.T) {
	s := newScene(t)
	s.one(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Seen", r.Header.Get("X-Amzn-Tls-Version")+" "+r.Header.Get("X-Amzn-Tls-Cipher-Suite"))
	})
	s.certificate("c", "example.com")
	s.set(balancer.Piece{Listener: &balancer.Listener{
		ID: "listener", Port: 443, Protocol: "HTTPS", Rules: []balancer.Rule{toGroup("group")}, Certificates: []string{"c"},
		Attributes: map[string]string{"routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "true"},
		Security:   &balancer.Security{Protocols: []string{"TLSv1", "TLSv1.1", "TLSv1.2"}, Ciphers: []string{"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-SHA"}},
	}})
	for version, want := range map[uint16]string{
		tls.VersionTLS10: "TLSv1 ECDHE-ECDSA-AES256-SHA", tls.VersionTLS11: "TLSv1.1 ECDHE-ECDSA-AES256-SHA", tls.VersionTLS12: "TLSv1.2 ECDHE-ECDSA-AES128-GCM-SHA256",
	} {
		client := s.secure("example.com", false)
		config := client.Transport.(*http.Transport).TLSClientConfig
		config.MinVersion, config.MaxVersion = version, version
		if answer, _ := s.fetch(client, s.request(http.MethodGet, "https://example.com/", nil)); answer.Header.Get("Seen") != want {
			t.Errorf("%q, want %q", answer.Header.Get("Seen"), want)
		}
	}
}

// A client that comes again resumes its session. Source: Application Load Balancers guide,
// security policies.
func TestSessionsAreResumed(t *testing.T) {
	s := newScene(t)
	s.one(func(http.ResponseWriter, *http.Request) {})
	s.certificate("c", "example.com")
	s.listenSecurely("HTTPS", balancer.Security{Protocols: []string{"TLSv1.2"}, Ciphers: []string{"ECDHE-ECDSA-AES128-GCM-SHA256"}})
	config := &tls.Config{ServerName: "example.com", ClientSessionCache: tls.NewLRUClientSessionCache(1)}
	for _, want := range []bool{false, true} {
		if state, err := s.greet(config); err != nil || state.DidResume != want {
			t.Errorf("resumed: %t, want %t; %v", state.DidResume, want, err)
		}
	}
}

func TestSecurityPolicyThatNoClientSpeaks(t *testing.T) {
	s := newScene(t)
	for _, protocols := range [][]string{nil, {"SSLv3"}} {
		err := s.Set(balancer.Piece{Version: 1, Listener: &balancer.Listener{ID: "l", Port: 443, Protocol: "TLS", Security: &balancer.Security{Protocols: protocols}}})
		if err == nil {
			t.Errorf("%v: no error", protocols)
		}
	}
	if _, err := net.Dial("tcp", s.address); err == nil {
		t.Error("the port is open")
	}
}
