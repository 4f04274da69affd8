package balancer

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
)

// certificate is one that has been read.
type certificate struct {
	tls.Certificate
	names []string // in small letters; *.name is for one label
}

func newCertificate(c Certificate) (*certificate, error) {
	pair, err := tls.X509KeyPair([]byte(c.Chain), []byte(c.Key))
	if err != nil {
		return nil, fmt.Errorf("certificate %s: %w", c.ID, err)
	}
	read := &certificate{Certificate: pair}
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
func (c *certificate) fits(host string) int {
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

// chooseCertificate returns the one that fits best of those the client can use; the
// default one if none does. See "SNI" in the guide.
func chooseCertificate(list []*certificate, hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	host := strings.ToLower(strings.TrimSuffix(hello.ServerName, "."))
	var best *certificate
	most := 0
	for _, c := range list {
		score := 2 * c.fits(host)
		if score > 0 && hello.SupportsCertificate(&c.Certificate) == nil {
			score++
		}
		if host != "" && score > most {
			best, most = c, score
		}
	}
	if best == nil && len(list) > 0 {
		best = list[0]
	}
	if best == nil {
		return nil, errors.New("the listener has no certificate")
	}
	return &best.Certificate, nil
}

// clientTLS is what a listener speaks with clients.
func (l *listener) clientTLS() *tls.Config {
	config := &tls.Config{
		MinVersion: tls.VersionTLS12,
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			return chooseCertificate(l.certificates(), hello)
		},
	}
	if l.application {
		config.NextProtos = []string{"http/1.1"}
		if l.settings.http2 {
			config.NextProtos = []string{"h2", "http/1.1"}
		}
	}
	return config
}

// newTLSInfo words a client's TLS as AWS does: TLSv1.2 and the suite's name in OpenSSL's
// words for 1.2, which are the IANA's for 1.3.
func newTLSInfo(s tls.ConnectionState) *tlsInfo {
	cipher := tls.CipherSuiteName(s.CipherSuite)
	if s.Version == tls.VersionTLS12 {
		cipher = strings.NewReplacer("TLS_", "", "_WITH_", "-", "AES_", "AES", "_CBC_", "-", "_", "-").Replace(cipher)
	}
	return &tlsInfo{version: strings.Replace(tls.VersionName(s.Version), "TLS ", "TLSv", 1), cipher: cipher}
}
