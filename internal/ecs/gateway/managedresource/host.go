package managedresource

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// mostOfDomainName is how long the first domain name of a certificate is. Source: ACM API reference, RequestCertificate.
const mostOfDomainName = 64

// Host is the name of a service's endpoint: as much of the service's name as its certificate has room for, in front of the token.
// Source: services.md I.2 for the form; where the name is cut is a choice.
func Host(service, token string, s arn.Scope) string {
	rest := token + "." + Domain(s)
	label := strings.Trim(strings.ToLower(strings.ReplaceAll(service, "_", "-")), "-")
	label = Short(label, max(0, mostOfDomainName-len("-"+rest)))
	if label == "" {
		return rest
	}
	return label + "-" + rest
}

// Short is the part of a service's name that fits in front of the rest of a resource's name.
func Short(name string, most int) string { return strings.TrimRight(name[:min(len(name), most)], "-_") }

// Domain is what the names of all endpoints of a region end with.
func Domain(s arn.Scope) string { return "ecs." + s.Region + ".on.aws" }

// TokenOf is the token in the name of an endpoint; empty: it is none, as most names that are asked for.
func TokenOf(host string) string {
	label, domain, _ := strings.Cut(strings.ToLower(host), ".")
	if !strings.HasSuffix(domain, ".on.aws") {
		return ""
	}
	return label[strings.LastIndexByte(label, '-')+1:]
}

// Endpoint is where a service answers: a host name that leads to the load balancer with an ARN.
type Endpoint struct {
	Host, Balancer string
	// Public says that it is reached from outside its VPC.
	Public bool
}
