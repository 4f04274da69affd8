package loadbalancer

import (
	"crypto/x509"
	"encoding/pem"
	"slices"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// By what clients say which load balancer they want.
const (
	byHost = "Host header"
	bySNI  = "SNI"
)

// namesOf are those by which clients may ask for a listener where several are behind one port:
// the load balancer's own, those that its rules and certificates are for.
func namesOf(v View, l Listener) []string {
	names := []string{v.LoadBalancer.DNSName}
	for _, r := range l.Rules {
		for _, c := range r.Conditions {
			if c.HostHeaderConfig != nil {
				names = append(names, c.HostHeaderConfig.Values...)
			}
		}
	}
	for _, c := range v.Certificates {
		if c.ID != l.Certificate && !slices.Contains(l.Certificates, c.ID) {
			continue
		}
		if block, _ := pem.Decode([]byte(c.Chain)); block != nil {
			if leaf, err := x509.ParseCertificate(block.Bytes); err == nil {
				names = append(names, leaf.DNSNames...)
			}
		}
	}
	return names
}

// markShared says which listeners have a local address that another load balancer has as well.
func markShared(list []Reached) {
	shared := map[string]int{}
	for _, b := range list {
		for _, l := range b.Listeners {
			for _, at := range l.Local {
				shared[at]++
			}
		}
	}
	for i := range list {
		list[i].Listeners = slices.Clone(list[i].Listeners)
		for j := range list[i].Listeners {
			l := &list[i].Listeners[j]
			if len(l.Local) == 0 || shared[l.Local[0]] < 2 {
				continue
			}
			if l.SharedBy = bySNI; l.Protocol == string(elb.ProtocolEnumHttp) {
				l.SharedBy = byHost
			}
		}
	}
}
