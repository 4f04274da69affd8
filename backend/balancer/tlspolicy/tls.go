// Package tlspolicy is TLS as listeners speak it with clients, by their security and ALPN policies
// and their certificates, and as a load balancer speaks it with targets.
package tlspolicy

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// Certificate is one that has been read.
type Certificate struct {
	tls.Certificate
	names []string // in small letters; *.name is for one label
}

// NewCertificate reads a certificate, with its names.
func NewCertificate(c balancer.Certificate) (*Certificate, error) {
	pair, err := tls.X509KeyPair([]byte(c.Chain), []byte(c.Key))
	if err != nil {
		return nil, fmt.Errorf("certificate %s: %w", c.ID, err)
	}
	read := &Certificate{Certificate: pair}
	if read.Leaf == nil {
		if read.Leaf, err = x509.ParseCertificate(pair.Certificate[0]); err != nil {
			return nil, fmt.Errorf("certificate %s: %w", c.ID, err)
		}
	}
	for _, name := range read.Leaf.DNSNames {
		read.names = append(read.names, strings.ToLower(name))
	}
	if len(read.names) == 0 && read.Leaf.Subject.CommonName != "" {
		read.names = []string{strings.ToLower(read.Leaf.Subject.CommonName)}
	}
	return read, nil
}

// fits tells how well a certificate is for a host: 2 for its name, 1 for a wildcard.
func (c *Certificate) fits(host string) int {
	best := 0
	for _, name := range c.names {
		if name == host {
			return 2
		}
		if rest, ok := strings.CutPrefix(name, "*"); ok {
			if label, ok := strings.CutSuffix(host, rest); ok && label != "" && !strings.Contains(label, ".") {
				best = 1
			}
		}
	}
	return best
}

// ServerConfig makes what a listener speaks with clients; protocols are those of ALPN. Connections
// share it, and with it the keys of sessions that clients resume.
func ServerConfig(s *balancer.Security, protocols []string, certificates func() []*Certificate) (*tls.Config, error) {
	config := &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: protocols,
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			return chooseCertificate(certificates(), hello, time.Now())
		},
	}
	if s == nil {
		return config, nil
	}
	return config, bindPolicy(s, config)
}

// NewInfo words a client's TLS as AWS does: TLSv1.2 and the suite's name in OpenSSL's
// words, which are the IANA's for 1.3.
func NewInfo(s tls.ConnectionState) *Info {
	cipher, ok := suiteNames[s.CipherSuite]
	if !ok {
		cipher = tls.CipherSuiteName(s.CipherSuite)
	}
	version := strings.Replace(tls.VersionName(s.Version), "TLS ", "TLSv", 1)
	return &Info{Version: strings.TrimSuffix(version, ".0"), Cipher: cipher}
}

// Info is what a target may be told about a client's TLS.
type Info struct{ Version, Cipher string }
