package elasticloadbalancingv2

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// SSLPolicy is which versions of TLS and which ciphers an HTTPS or TLS listener has.
type SSLPolicy struct {
	Name      string
	Protocols []string // TLSv1.2
	Ciphers   []string // as OpenSSL calls them, the preferred first
}

// PostQuantum reports whether it has key exchange with ML-KEM beside elliptic curves.
func (p *SSLPolicy) PostQuantum() bool { return strings.Contains(p.Name, "-PQ-") }

// DefaultSSLPolicy of listeners that are made without one. Source: ELBv2 API
// reference, CreateListener.
const DefaultSSLPolicy = "ELBSecurityPolicy-2016-08"

// FindSSLPolicy returns a policy by its name, or nil.
func FindSSLPolicy(name string) *SSLPolicy {
	if i := slices.IndexFunc(SSLPolicies, func(p SSLPolicy) bool { return p.Name == name }); i >= 0 {
		return &SSLPolicies[i]
	}
	return nil
}

// SSLPolicyTypes are the types of load balancers that have policies.
var SSLPolicyTypes = []string{string(types.LoadBalancerTypeEnumApplication), string(types.LoadBalancerTypeEnumNetwork)}

// The families of ciphers.
const (
	chacha  = 1 << iota // the one of TLS 1.3 that FIPS has not
	aes13               // the others of TLS 1.3
	gcm                 // ECDHE with AES-GCM
	cbc                 // ECDHE with AES-CBC and SHA-2
	sha1                // ECDHE with AES-CBC and SHA-1
	rsa                 // AES without ECDHE
	rsaSHA1             // the same with SHA-1
	des                 // triple DES

	tls13 = chacha | aes13
	every = gcm | cbc | sha1 | rsa | rsaSHA1
)

// SSLPolicies are those that listeners can have, in AWS's groups: TLS, FIPS, forward secrecy. A
// policy with post-quantum key exchange has the ciphers of the one that it is named after.
// Source: Application and Network Load Balancers guides, security policies; recorded answers.
var SSLPolicies = slices.Concat([]SSLPolicy{
	policy(DefaultSSLPolicy, "1.0 1.1 1.2", every),
	policy("ELBSecurityPolicy-TLS-1-2-2017-01", "1.2", gcm|cbc|rsa),
	policy("ELBSecurityPolicy-TLS-1-2-Ext-2018-06", "1.2", every),
	policy("ELBSecurityPolicy-TLS-1-1-2017-01", "1.1 1.2", every),
	policy("ELBSecurityPolicy-TLS-1-0-2015-04", "1.0 1.1 1.2", every|des),
	policy("ELBSecurityPolicy-FS-2018-06", "1.0 1.1 1.2", gcm|cbc|sha1),
	policy("ELBSecurityPolicy-FS-1-1-2019-08", "1.1 1.2", gcm|cbc|sha1),
	policy("ELBSecurityPolicy-FS-1-2-2019-08", "1.2", gcm|cbc|sha1),
	policy("ELBSecurityPolicy-FS-1-2-Res-2019-08", "1.2", gcm|cbc),
	policy("ELBSecurityPolicy-FS-1-2-Res-2020-10", "1.2", gcm),
	policy("ELBSecurityPolicy-2015-05", "1.0 1.1 1.2", every),
},
	newer("2021-06", tls13, "1-3", "1-2", "1-2-Res", "1-2-Ext1", "1-2-Ext2", "1-1", "1-0"),
	newer("PQ-2025-09", tls13, "1-3", "1-2", "1-2-Res", "1-2-Ext1", "1-2-Ext2", "1-0"),
	newer("FIPS-2023-04", aes13, "1-3", "1-2", "1-2-Res", "1-2-Ext0", "1-2-Ext1", "1-2-Ext2", "1-1", "1-0"),
	newer("FIPS-PQ-2025-09", aes13, "1-3", "1-2", "1-2-Res", "1-2-Ext0", "1-2-Ext1", "1-2-Ext2", "1-0"),
)

// newer are policies with TLS 1.3 whose names differ in how old clients may be.
func newer(series string, tls13 int, kinds ...string) (all []SSLPolicy) {
	for _, kind := range kinds {
		versions, families := "1.2 1.3", every
		switch kind {
		case "1-3":
			versions, families = "1.3", 0
		case "1-2":
			families = gcm | cbc
		case "1-2-Res":
			families = gcm
		case "1-2-Ext0":
			families = gcm | cbc | sha1
		case "1-2-Ext1":
			families = gcm | cbc | rsa
		case "1-1":
			versions = "1.1 1.2 1.3"
		case "1-0":
			versions = "1.0 1.1 1.2 1.3"
		}
		all = append(all, policy("ELBSecurityPolicy-TLS13-"+kind+"-"+series, versions, tls13|families))
	}
	return all
}

// ciphers in the order in which policies prefer them.
var ciphers = []struct {
	name   string
	family int
}{
	{"TLS_AES_128_GCM_SHA256", aes13}, {"TLS_AES_256_GCM_SHA384", aes13}, {"TLS_CHACHA20_POLY1305_SHA256", chacha},
	{"ECDHE-ECDSA-AES128-GCM-SHA256", gcm}, {"ECDHE-RSA-AES128-GCM-SHA256", gcm},
	{"ECDHE-ECDSA-AES128-SHA256", cbc}, {"ECDHE-RSA-AES128-SHA256", cbc},
	{"ECDHE-ECDSA-AES128-SHA", sha1}, {"ECDHE-RSA-AES128-SHA", sha1},
	{"ECDHE-ECDSA-AES256-GCM-SHA384", gcm}, {"ECDHE-RSA-AES256-GCM-SHA384", gcm},
	{"ECDHE-ECDSA-AES256-SHA384", cbc}, {"ECDHE-RSA-AES256-SHA384", cbc},
	{"ECDHE-RSA-AES256-SHA", sha1}, {"ECDHE-ECDSA-AES256-SHA", sha1},
	{"AES128-GCM-SHA256", rsa}, {"AES128-SHA256", rsa}, {"AES128-SHA", rsaSHA1},
	{"AES256-GCM-SHA384", rsa}, {"AES256-SHA256", rsa}, {"AES256-SHA", rsaSHA1},
	{"DES-CBC3-SHA", des},
}

func policy(name, versions string, families int) SSLPolicy {
	p := SSLPolicy{Name: name}
	for version := range strings.FieldsSeq(versions) {
		p.Protocols = append(p.Protocols, "TLSv"+strings.TrimSuffix(version, ".0"))
	}
	for _, c := range ciphers {
		if c.family&families != 0 {
			p.Ciphers = append(p.Ciphers, c.name)
		}
	}
	return p
}
