package tlspolicy

import (
	"crypto/tls"
	"fmt"
	"maps"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

var versions = map[string]uint16{
	"TLSv1": tls.VersionTLS10, "TLSv1.1": tls.VersionTLS11, "TLSv1.2": tls.VersionTLS12, "TLSv1.3": tls.VersionTLS13,
}

// suites are the cipher suites of security policies that Go has, up to TLS 1.2.
var suites = map[string]uint16{
	"ECDHE-ECDSA-AES128-GCM-SHA256": tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	"ECDHE-RSA-AES128-GCM-SHA256":   tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	"ECDHE-ECDSA-AES128-SHA256":     tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
	"ECDHE-RSA-AES128-SHA256":       tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
	"ECDHE-ECDSA-AES128-SHA":        tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
	"ECDHE-RSA-AES128-SHA":          tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
	"ECDHE-ECDSA-AES256-GCM-SHA384": tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	"ECDHE-RSA-AES256-GCM-SHA384":   tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	"ECDHE-ECDSA-AES256-SHA":        tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
	"ECDHE-RSA-AES256-SHA":          tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
	"AES128-GCM-SHA256":             tls.TLS_RSA_WITH_AES_128_GCM_SHA256,
	"AES128-SHA256":                 tls.TLS_RSA_WITH_AES_128_CBC_SHA256,
	"AES128-SHA":                    tls.TLS_RSA_WITH_AES_128_CBC_SHA,
	"AES256-GCM-SHA384":             tls.TLS_RSA_WITH_AES_256_GCM_SHA384,
	"AES256-SHA":                    tls.TLS_RSA_WITH_AES_256_CBC_SHA,
	"DES-CBC3-SHA":                  tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA,
}

var suiteNames = func() map[uint16]string {
	names := map[uint16]string{}
	for name, id := range suites {
		names[id] = name
	}
	return names
}()

// classical are the key exchanges of policies without post-quantum ones.
var classical = []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521}

// bindPolicy has a configuration speak what a listener's policies say.
func bindPolicy(s *balancer.Security, config *tls.Config) error {
	config.MinVersion, config.MaxVersion = 0, 0
	for _, name := range s.Protocols {
		version, ok := versions[name]
		if !ok {
			return fmt.Errorf("the protocol %q of a security policy", name)
		}
		if config.MinVersion == 0 || version < config.MinVersion {
			config.MinVersion = version
		}
		config.MaxVersion = max(config.MaxVersion, version)
	}
	if config.MaxVersion == 0 {
		return fmt.Errorf("a security policy without protocols")
	}
	config.CipherSuites = []uint16{} // none, where nil would be Go's own choice
	for _, name := range s.Ciphers {
		if id, ok := suites[name]; ok {
			config.CipherSuites = append(config.CipherSuites, id)
		}
	}
	if !s.PostQuantum {
		config.CurvePreferences = classical
	}
	negotiate(s, config)
	return nil
}

// negotiate agrees on a protocol of the ALPN policy. With a client that has none of them
// the load balancer does not use ALPN, where Go would refuse it. Source: Network Load
// Balancers guide, ALPN policies.
func negotiate(s *balancer.Security, config *tls.Config) {
	if len(s.ALPN) == 0 {
		return
	}
	without := config.Clone()
	config.NextProtos = s.ALPN
	config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if slices.ContainsFunc(hello.SupportedProtos, func(p string) bool { return slices.Contains(s.ALPN, p) }) {
			return nil, nil // as it is
		}
		return without, nil
	}
}

// ToTargets is TLS to targets, whose certificates are not verified, as on AWS. It is that of
// ELBSecurityPolicy-TLS13-1-0-2021-06, for all clients. (By the guide it has no TLS 1.3
// where the listener's own policy has none.)
var ToTargets = &tls.Config{
	InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, //nolint:gosec // targets show and speak what they like: "Security policies" in the guide
	CipherSuites: slices.DeleteFunc(slices.Sorted(maps.Values(suites)), func(id uint16) bool { return id == tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA }),
}
