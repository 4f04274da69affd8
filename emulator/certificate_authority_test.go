package emulator_test

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// certificateAuthority reads /_emulator/ca.pem.
func certificateAuthority(t *testing.T, srv *emulator.Server) string {
	t.Helper()
	answer, err := http.Get(srv.URL() + "/_emulator/ca.pem")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "application/x-pem-file" {
		t.Fatalf("%s %v: %v", answer.Status, answer.Header, err)
	}
	return string(text)
}

// readOf returns the certificate of an ARN and its chain.
func readOf(client *acm.Client, certificateARN string) (*acm.GetCertificateOutput, error) {
	return client.GetCertificate(context.Background(), &acm.GetCertificateInput{CertificateArn: &certificateARN})
}

// The authority and what it has issued stay in the data directory, and go with a reset.
func TestTheCertificateAuthorityStays(t *testing.T) {
	t.Parallel()
	opts := emulator.Options{Engine: "sim", Listen: "127.0.0.1:0", DataDir: t.TempDir(), OnExit: emulator.Keep}
	srv, err := emulator.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	authority := certificateAuthority(t, srv)
	made, err := acm.NewFromConfig(srv.Config()).RequestCertificate(t.Context(), &acm.RequestCertificateInput{DomainName: aws.String("*.example.com")})
	if err != nil {
		t.Fatal(err)
	}
	first, err := readOf(acm.NewFromConfig(srv.Config()), *made.CertificateArn)
	if err != nil {
		t.Fatal(err)
	}
	srv.Die()

	next, err := emulator.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	defer next.Close()
	client := acm.NewFromConfig(next.Config())
	again, err := readOf(client, *made.CertificateArn)
	if err != nil || *again.Certificate != *first.Certificate || *again.CertificateChain != authority || certificateAuthority(t, next) != authority {
		t.Fatalf("another certificate or authority after a restart: %+v, %v", again, err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(authority))
	if _, err := leafOf(t, *again.Certificate).Verify(x509.VerifyOptions{Roots: roots, DNSName: "www.example.com"}); err != nil {
		t.Error(err)
	}

	if err := next.Reset(); err != nil {
		t.Fatal(err)
	}
	if _, err := readOf(client, *made.CertificateArn); err == nil || !strings.Contains(err.Error(), "ResourceNotFoundException") {
		t.Errorf("the certificate after a reset: %v", err)
	}
	if certificateAuthority(t, next) == authority {
		t.Error("the authority is the same after a reset")
	}
}

func leafOf(t *testing.T, text string) *x509.Certificate {
	t.Helper()
	block, _ := pem.Decode([]byte(text))
	leaf, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return leaf
}
