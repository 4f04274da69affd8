package tlspolicy

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"
	"time"
)

// chooseCertificate returns the best for the name that a client asks for, of those that it
// can use; the default one, which is the first, if none is for that name.
func chooseCertificate(list []*Certificate, hello *tls.ClientHelloInfo, now time.Time) (*tls.Certificate, error) {
	if len(list) == 0 {
		return nil, errors.New("the listener has no certificate")
	}
	host := strings.ToLower(strings.TrimSuffix(hello.ServerName, "."))
	var best *candidate
	for _, c := range list {
		if fits := c.fits(host); host != "" && fits > 0 {
			one := &candidate{Certificate: c, usable: hello.SupportsCertificate(&c.Certificate) == nil, fits: fits}
			if best == nil || one.compare(best, now) > 0 {
				best = one
			}
		}
	}
	if best == nil {
		return &list[0].Certificate, nil
	}
	return &best.Certificate.Certificate, nil
}

// candidate is a certificate for a host.
type candidate struct {
	*Certificate
	usable bool // the client can use it
	fits   int
}

// compare is positive for the better one. The order is the guide's, "Certificate list" in "SSL
// certificates for your Application Load Balancer"; that a name is better than a wildcard, and
// that validity is better when it ends later, is not said there.
func (c *candidate) compare(other *candidate, now time.Time) int {
	return cmp.Or(
		prefer(c.usable, other.usable),
		cmp.Compare(c.fits, other.fits),
		prefer(c.elliptic(), other.elliptic()),
		prefer(!now.After(c.Leaf.NotAfter), !now.After(other.Leaf.NotAfter)),
		cmp.Compare(hashes[c.Leaf.SignatureAlgorithm], hashes[other.Leaf.SignatureAlgorithm]),
		cmp.Compare(c.keyLength(), other.keyLength()),
		c.Leaf.NotAfter.Compare(other.Leaf.NotAfter),
	)
}

func prefer(one, other bool) int {
	switch {
	case one == other:
		return 0
	case one:
		return 1
	}
	return -1
}

// hashes are the numbers of the hash algorithms that signatures are made with; MD5 has none.
var hashes = map[x509.SignatureAlgorithm]int{
	x509.SHA1WithRSA: 1, x509.ECDSAWithSHA1: 1,
	x509.SHA256WithRSA: 256, x509.SHA256WithRSAPSS: 256, x509.ECDSAWithSHA256: 256,
	x509.SHA384WithRSA: 384, x509.SHA384WithRSAPSS: 384, x509.ECDSAWithSHA384: 384,
	x509.SHA512WithRSA: 512, x509.SHA512WithRSAPSS: 512, x509.ECDSAWithSHA512: 512,
}

func (c *Certificate) elliptic() bool { return c.Leaf.PublicKeyAlgorithm == x509.ECDSA }

func (c *Certificate) keyLength() int {
	switch key := c.Leaf.PublicKey.(type) {
	case *rsa.PublicKey:
		return key.N.BitLen()
	case *ecdsa.PublicKey:
		return key.Curve.Params().BitSize
	}
	return 0
}
