package elbv2

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

// DefaultSSLPolicy is that of listeners that are made without one. Source: ELBv2 API
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
	tls13   = 1 << iota
	gcm     // ECDHE with AES-GCM
	cbc     // ECDHE with AES-CBC and SHA-2
	sha1    // ECDHE with AES-CBC and SHA-1
	rsa     // AES without ECDHE
	rsaSHA1 // the same with SHA-1
)

// SSLPolicies are those that listeners can have, without those for FIPS and for post-quantum
// key exchange. Source: Application Load Balancers guide, security policies; recorded
// answers.
var SSLPolicies = []SSLPolicy{
	policy("ELBSecurityPolicy-2016-08", "1.0 1.1 1.2", gcm|cbc|sha1|rsa|rsaSHA1),
	policy("ELBSecurityPolicy-TLS13-1-2-2021-06", "1.2 1.3", tls13|gcm|cbc),
	policy("ELBSecurityPolicy-TLS13-1-2-Res-2021-06", "1.2 1.3", tls13|gcm),
	policy("ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06", "1.2 1.3", tls13|gcm|cbc|rsa),
	policy("ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06", "1.2 1.3", tls13|gcm|cbc|sha1|rsa|rsaSHA1),
	policy("ELBSecurityPolicy-TLS13-1-1-2021-06", "1.1 1.2 1.3", tls13|gcm|cbc|sha1|rsa|rsaSHA1),
	policy("ELBSecurityPolicy-TLS13-1-0-2021-06", "1.0 1.1 1.2 1.3", tls13|gcm|cbc|sha1|rsa|rsaSHA1),
	policy("ELBSecurityPolicy-TLS13-1-3-2021-06", "1.3", tls13),
	policy("ELBSecurityPolicy-TLS-1-2-2017-01", "1.2", gcm|cbc|rsa),
	policy("ELBSecurityPolicy-TLS-1-2-Ext-2018-06", "1.2", gcm|cbc|sha1|rsa|rsaSHA1),
	policy("ELBSecurityPolicy-TLS-1-1-2017-01", "1.1 1.2", gcm|cbc|sha1|rsa|rsaSHA1),
	policy("ELBSecurityPolicy-FS-2018-06", "1.0 1.1 1.2", gcm|cbc|sha1),
	policy("ELBSecurityPolicy-FS-1-1-2019-08", "1.1 1.2", gcm|cbc|sha1),
	policy("ELBSecurityPolicy-FS-1-2-2019-08", "1.2", gcm|cbc|sha1),
	policy("ELBSecurityPolicy-FS-1-2-Res-2019-08", "1.2", gcm|cbc),
	policy("ELBSecurityPolicy-FS-1-2-Res-2020-10", "1.2", gcm),
	policy("ELBSecurityPolicy-2015-05", "1.0 1.1 1.2", gcm|cbc|sha1|rsa|rsaSHA1),
}

// ciphers in the order in which policies prefer them.
var ciphers = []struct {
	name   string
	family int
}{
	{"TLS_AES_128_GCM_SHA256", tls13}, {"TLS_AES_256_GCM_SHA384", tls13}, {"TLS_CHACHA20_POLY1305_SHA256", tls13},
	{"ECDHE-ECDSA-AES128-GCM-SHA256", gcm}, {"ECDHE-RSA-AES128-GCM-SHA256", gcm},
	{"ECDHE-ECDSA-AES128-SHA256", cbc}, {"ECDHE-RSA-AES128-SHA256", cbc},
	{"ECDHE-ECDSA-AES128-SHA", sha1}, {"ECDHE-RSA-AES128-SHA", sha1},
	{"ECDHE-ECDSA-AES256-GCM-SHA384", gcm}, {"ECDHE-RSA-AES256-GCM-SHA384", gcm},
	{"ECDHE-ECDSA-AES256-SHA384", cbc}, {"ECDHE-RSA-AES256-SHA384", cbc},
	{"ECDHE-RSA-AES256-SHA", sha1}, {"ECDHE-ECDSA-AES256-SHA", sha1},
	{"AES128-GCM-SHA256", rsa}, {"AES128-SHA256", rsa}, {"AES128-SHA", rsaSHA1},
	{"AES256-GCM-SHA384", rsa}, {"AES256-SHA256", rsa}, {"AES256-SHA", rsaSHA1},
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
