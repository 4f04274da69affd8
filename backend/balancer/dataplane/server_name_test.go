package dataplane_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// Of several certificates for a name a client gets the best that it can use, wherever it
// stands in the list.
func TestBestCertificateOfSeveral(t *testing.T) {
	s := newScene(t)
	s.one(func(http.ResponseWriter, *http.Request) {})
	newRSA := func(bits int) crypto.Signer {
		key, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	newEC := func(curve elliptic.Curve) crypto.Signer {
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	short, long, p256, p384 := newRSA(2048), newRSA(3072), newEC(elliptic.P256()), newEC(elliptic.P384())
	now := time.Now()
	// put adds a certificate that says which one it is.
	put := func(id string, key crypto.Signer, change func(*x509.Certificate)) string {
		leaf := &x509.Certificate{DNSNames: []string{"example.com"}, Subject: pkix.Name{CommonName: id}}
		if change != nil {
			change(leaf)
		}
		s.certificateOf(id, key, leaf)
		return id
	}
	expired := func(leaf *x509.Certificate) {
		leaf.NotBefore, leaf.NotAfter = now.Add(-2*time.Hour), now.Add(-time.Hour)
	}
	sha512 := func(leaf *x509.Certificate) { leaf.SignatureAlgorithm = x509.SHA512WithRSA }
	later := func(leaf *x509.Certificate) { leaf.NotBefore, leaf.NotAfter = now, now.Add(2*time.Hour) }
	wild := func(leaf *x509.Certificate) { leaf.DNSNames = []string{"*.com"} }
	put("default", short, func(leaf *x509.Certificate) { leaf.DNSNames = []string{"default.org"} })

	for _, test := range []struct{ better, worse string }{
		{put("elliptic", p256, nil), put("long", long, nil)},
		{put("valid", short, nil), put("expired", long, expired)},
		{put("elliptic, expired", p256, expired), put("valid", short, nil)},
		{put("SHA-512", short, sha512), put("long", long, nil)},
		{put("long", long, nil), put("short", short, later)},
		{put("longer curve", p384, nil), put("shorter curve", p256, later)},
		{put("later", short, later), put("sooner", short, nil)},
		{put("name", short, nil), put("wildcard", p256, wild)},
	} {
		for _, list := range [][]string{{"default", test.better, test.worse}, {"default", test.worse, test.better}} {
			s.listenTLS("HTTPS", nil, list...)
			state, err := s.greet(&tls.Config{ServerName: "example.com"})
			if err != nil || state.PeerCertificates[0].Subject.CommonName != test.better {
				t.Errorf("%q: a client is shown %s, %v", list[1:], state.PeerCertificates[0].Subject.CommonName, err)
			}
		}
	}
	// What a client cannot use is no good for it.
	s.listenTLS("HTTPS", nil, "default", put("elliptic", p256, nil), put("RSA", short, wild))
	state, err := s.greet(&tls.Config{ServerName: "example.com", MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}})
	if err != nil || state.PeerCertificates[0].Subject.CommonName != "RSA" {
		t.Errorf("%v", err)
	}
}

// A certificate that is replaced is shown to the next connection; those that are there, and
// what is on its way over them, go on.
func TestCertificateIsReplaced(t *testing.T) {
	s := newScene(t)
	asked, proceed := make(chan struct{}), make(chan struct{})
	s.one(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			close(asked)
			<-proceed
		}
		fmt.Fprint(w, "done")
	})
	s.certificate("c", "old.example")
	s.listenTLS("HTTPS", nil, "c")
	client := s.secure("old.example", true)
	done := make(chan string)
	go func() {
		answer, err := client.Get("https://old.example/slow")
		if err != nil {
			done <- err.Error()
			return
		}
		defer func() { _ = answer.Body.Close() }()
		body, _ := io.ReadAll(answer.Body)
		done <- string(body) + " " + answer.TLS.PeerCertificates[0].DNSNames[0]
	}()
	within(t, asked)
	s.certificate("c", "new.example")
	state, err := s.greet(&tls.Config{})
	if err != nil || state.PeerCertificates[0].DNSNames[0] != "new.example" {
		t.Errorf("%v", err)
	}
	close(proceed)
	if got := <-done; got != "done old.example" {
		t.Error(got)
	}
	answer, _ := s.fetch(client, s.request(http.MethodGet, "https://old.example/", nil))
	if answer.TLS.PeerCertificates[0].DNSNames[0] != "old.example" {
		t.Error("the connection was not kept")
	}
}

// The chain is shown as a whole, in its order.
func TestWholeChainIsShown(t *testing.T) {
	s := newScene(t)
	s.one(func(http.ResponseWriter, *http.Request) {})
	leaf := s.pem("leaf", "leaf.example")
	leaf.Chain += s.pem("middle", "middle.example").Chain + s.pem("root", "root.example").Chain
	s.set(balancer.Piece{Certificate: leaf})
	s.listenTLS("HTTPS", nil, "leaf")
	state, err := s.greet(&tls.Config{ServerName: "leaf.example"})
	if err != nil {
		t.Fatal(err)
	}
	var names bytes.Buffer
	for _, c := range state.PeerCertificates {
		fmt.Fprintln(&names, c.DNSNames[0])
	}
	if names.String() != "leaf.example\nmiddle.example\nroot.example\n" {
		t.Errorf("%q", names.String())
	}
}
