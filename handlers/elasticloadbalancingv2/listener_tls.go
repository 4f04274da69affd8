package elasticloadbalancingv2

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// alpnPolicies are the ALPN policies of TLS listeners. Source: ELBv2 API reference, CreateListener.
var alpnPolicies = []string{"HTTP1Only", "HTTP2Only", "HTTP2Optional", "HTTP2Preferred", "None"}

// applyTLS changes certificate and policies of HTTPS and TLS, and forgets those of another
// protocol. Source of the texts: ELB0005; field reports for that of listeners without a
// certificate.
func (a *API) applyTLS(tx *store.Tx, l *elbv2.Listener, s listenerSettings) error {
	if err := checkALPN(l, s.alpn); err != nil {
		return err
	}
	if !l.Secure() {
		switch {
		case s.certificates != nil:
			return uncertified(l)
		case s.policy != nil: // AWS spells it so
			return invalid("An SSL policy cannot be specifed for %s listeners", l.Protocol)
		}
		l.Certificate, l.Certificates, l.SSLPolicy, l.ALPNPolicy = "", nil, "", ""
		return nil
	}
	switch {
	case len(s.certificates) > 1:
		return &types.TooManyCertificatesException{Message: awsapi.Textf("Up to '1' certificate ARNs can be specified, but '%d' were specified", len(s.certificates))}
	case len(s.certificates) == 1:
		l.Certificate = aws.ToString(s.certificates[0].CertificateArn)
		if err := a.checkCertificate(tx, l.Scope, l.Certificate); err != nil {
			return err
		}
	case l.Certificate == "":
		return invalid("A certificate must be specified for %s listeners", l.Protocol)
	}
	if s.policy != nil || l.SSLPolicy == "" {
		l.SSLPolicy = elbv2.DefaultSSLPolicy
		set(&l.SSLPolicy, s.policy)
		if elbv2.FindSSLPolicy(l.SSLPolicy) == nil {
			return noPolicy(l.SSLPolicy)
		}
	}
	if len(s.alpn) > 0 {
		l.ALPNPolicy = s.alpn[0]
	}
	return nil
}

// checkALPN refuses ALPN policies, which listeners of TLS have, one each (ELB0005). The text about
// other listeners of network load balancers is the emulator's.
func checkALPN(l *elbv2.Listener, policies []string) error {
	switch {
	case len(policies) == 0:
	case web(l.Protocol):
		return invalid("You cannot set ALPN policy on load balancers of type 'application'")
	case l.Protocol != types.ProtocolEnumTls:
		return invalid("An ALPN policy cannot be specified for %s listeners", l.Protocol)
	case len(policies) > 1:
		return invalid("Up to '1' ALPN policy can be specified, but '%d' were specified", len(policies))
	case !slices.Contains(alpnPolicies, policies[0]):
		return &types.ALPNPolicyNotSupportedException{Message: awsapi.Textf("ALPN policy [%s] is not found", policies[0])}
	}
	return nil
}

// uncertified refuses certificates of a listener whose clients do not speak TLS (ELB0005).
func uncertified(l *elbv2.Listener) error {
	return invalid("A certificate cannot be specified for %s listeners", l.Protocol)
}

// checkCertificate refuses certificates that are not there, or not in the region (ELB0003, ELB0005).
func (a *API) checkCertificate(tx *store.Tx, s arn.Scope, id string) error {
	switch c, _ := arn.Parse(id); {
	case c.Service == "acm" && c.Region != s.Region:
		return invalid("Certificate ARN '%s' is not valid", id)
	case c.Service == "iam":
		return notBuilt("IAM server certificates (" + id + ")")
	case !a.certificate(tx, s, id):
		return &types.CertificateNotFoundException{Message: awsapi.Textf("Certificate '%s' not found", id)}
	}
	return nil
}
