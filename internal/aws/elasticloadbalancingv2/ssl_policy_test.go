package elasticloadbalancingv2_test

import (
	"slices"
	"strings"
	"testing"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
)

// Source: Application Load Balancers guide, security policies; ELB0003 for the third.
func TestSSLPolicies(t *testing.T) {
	tls13 := []string{"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}
	gcm := []string{"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384"}
	for _, test := range []struct {
		name, protocols string
		ciphers         []string
		postQuantum     bool
	}{
		{"ELBSecurityPolicy-TLS13-1-3-2021-06", "TLSv1.3", tls13, false},
		{"ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04", "TLSv1.3", tls13[:2], false},
		{"ELBSecurityPolicy-TLS13-1-2-Res-2021-06", "TLSv1.2 TLSv1.3", slices.Concat(tls13, gcm), false},
		{"ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09", "TLSv1.2 TLSv1.3", slices.Concat(tls13, gcm), true},
		{"ELBSecurityPolicy-TLS13-1-2-Res-FIPS-PQ-2025-09", "TLSv1.2 TLSv1.3", slices.Concat(tls13[:2], gcm), true},
		{"ELBSecurityPolicy-FS-1-2-Res-2020-10", "TLSv1.2", gcm, false},
	} {
		p := elbv2.FindSSLPolicy(test.name)
		if p == nil || strings.Join(p.Protocols, " ") != test.protocols || !slices.Equal(p.Ciphers, test.ciphers) || p.PostQuantum() != test.postQuantum {
			t.Errorf("%s: %+v", test.name, p)
		}
	}
	for name, most := range map[string]int{
		elbv2.DefaultSSLPolicy: 18, "ELBSecurityPolicy-TLS-1-0-2015-04": 19, "ELBSecurityPolicy-TLS13-1-0-2021-06": 21,
		"ELBSecurityPolicy-TLS13-1-0-FIPS-2023-04": 20, "ELBSecurityPolicy-TLS13-1-2-Ext0-FIPS-2023-04": 14, "ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06": 15,
	} {
		if p := elbv2.FindSSLPolicy(name); p == nil || len(p.Ciphers) != most {
			t.Errorf("%s: %+v, want %d ciphers", name, p, most)
		}
	}
	if n := len(elbv2.SSLPolicies); n != 39 {
		t.Errorf("%d policies", n)
	}
}
