package elasticloadbalancingv2

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/elasticloadbalancingv2"
)

// Service is the API of Elastic Load Balancing, version 2.
func (a *API) Service() awsapi.Service {
	const version = "2015-12-01"
	return awsapi.Service{
		Name: "elasticloadbalancing", ID: sdk.ServiceID, Title: "Elastic Load Balancing v2", Complete: true, Model: model,
		Protocol: awsapi.Query{
			Version: version, Namespace: "http://elasticloadbalancing.amazonaws.com/doc/" + version + "/",
			EmptyResults: []string{
				"AddTags", "RemoveTags", "RegisterTargets", "DeregisterTargets", "RemoveListenerCertificates",
				"DeleteLoadBalancer", "DeleteTargetGroup", "DeleteListener", "DeleteRule",
			},
			Others: map[string]string{"2012-06-01": "Classic Load Balancers"},
		},
		Access: access(), Tags: a.tagsByARN,
		Operations: slices.Concat(a.targetGroupOperations(), a.loadBalancerOperations(), a.listenerOperations(), a.otherOperations(), notBuiltOperations()),
	}
}

func (a *API) targetGroupOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("CreateTargetGroup", "of the types ip and instance; without Lambda functions, application load balancers as targets, GENEVE, QUIC and IPv6", a.CreateTargetGroup),
		awsapi.Works("DescribeTargetGroups", "by name, ARN and load balancer, in pages", a.DescribeTargetGroups),
		awsapi.Works("ModifyTargetGroup", "how targets are checked", a.ModifyTargetGroup),
		awsapi.Works("DeleteTargetGroup", "fails while it is in use; removes its targets. It is free as soon as its load balancer is deleted; AWS was seen to need a moment", a.DeleteTargetGroup),
		awsapi.Works("DescribeTargetGroupAttributes", "in recorded order; which of them act is below", a.DescribeTargetGroupAttributes),
		awsapi.Partial("ModifyTargetGroupAttributes", "which of them act is below", a.ModifyTargetGroupAttributes),
		awsapi.Works("RegisterTargets", "addresses of the VPC or of private ranges, and running instances; targets on container instances registered by hand get no requests", a.RegisterTargets),
		awsapi.Works("DeregisterTargets", "targets of a listener or rule drain; others are gone at once", a.DeregisterTargets),
		awsapi.Partial("DescribeTargetHealth", "without anomaly detection", a.DescribeTargetHealth),
	}
}

func (a *API) loadBalancerOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("CreateLoadBalancer", "application and network load balancers of IPv4, with one address, in the first of their subnets; "+
			"no gateway load balancers, no Elastic IP or other addresses of your own", a.CreateLoadBalancer),
		awsapi.Works("DescribeLoadBalancers", "by name and ARN, in pages", a.DescribeLoadBalancers),
		awsapi.Works("DeleteLoadBalancer", "with its listeners and rules, unless it is protected", a.DeleteLoadBalancer),
		awsapi.Works("DescribeLoadBalancerAttributes", "which of them act is below", a.DescribeLoadBalancerAttributes),
		awsapi.Partial("ModifyLoadBalancerAttributes", "which of them act is below", a.ModifyLoadBalancerAttributes),
		awsapi.Partial("SetSubnets", "as CreateLoadBalancer; if its address is in a removed subnet, the load balancer is made anew at an address in another one and all its connections end; on AWS connections through the other subnets go on", a.SetSubnets),
		awsapi.Works("SetSecurityGroups", "groups of the load balancer's VPC", a.SetSecurityGroups),
		awsapi.Partial("SetIpAddressType", "ipv4 only", a.SetIpAddressType),
	}
}

func (a *API) listenerOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("CreateListener", "with forward, redirect and fixed-response actions; those that authenticate, mutual TLS, QUIC and IAM server certificates answer 501 NotImplementedException", a.CreateListener),
		awsapi.Works("DescribeListeners", "by ARN and load balancer, in pages", a.DescribeListeners),
		awsapi.Partial("ModifyListener", "as CreateListener", a.ModifyListener),
		awsapi.Works("DeleteListener", "with its rules", a.DeleteListener),
		awsapi.Works("DescribeListenerAttributes", "which of them act is below", a.DescribeListenerAttributes),
		awsapi.Partial("ModifyListenerAttributes", "which of them act is below", a.ModifyListenerAttributes),
		awsapi.Works("AddListenerCertificates", "for other names (SNI)", a.AddListenerCertificates),
		awsapi.Works("RemoveListenerCertificates", "all but the default one", a.RemoveListenerCertificates),
		awsapi.Works("DescribeListenerCertificates", "the default one first, in pages", a.DescribeListenerCertificates),

		awsapi.Partial("CreateRule", "with all six conditions and both transforms, of application load balancers", a.CreateRule),
		awsapi.Works("DescribeRules", "by ARN and listener, in order of their priorities, in pages", a.DescribeRules),
		awsapi.Partial("ModifyRule", "as CreateRule", a.ModifyRule),
		awsapi.Works("DeleteRule", "all but the default one", a.DeleteRule),
		awsapi.Works("SetRulePriorities", "all at once", a.SetRulePriorities),
	}
}

func (a *API) otherOperations() []awsapi.Operation {
	const tagged = "of load balancers, target groups, listeners and rules"
	return []awsapi.Operation{
		awsapi.Works("AddTags", tagged, a.AddTags),
		awsapi.Works("RemoveTags", tagged, a.RemoveTags),
		awsapi.Works("DescribeTags", tagged, a.DescribeTags),
		awsapi.Partial("DescribeAccountLimits", "AWS's default quotas; the quotas of targets in an availability zone are not enforced", a.DescribeAccountLimits),
		awsapi.Partial("DescribeSSLPolicies", "without those for RFC 9151 and CNSA 2", a.DescribeSSLPolicies),
		awsapi.Partial("DescribeCapacityReservation", "there is none", a.DescribeCapacityReservation),
	}
}

func notBuiltOperations() (all []awsapi.Operation) {
	for _, name := range []string{
		"CreateTrustStore", "DescribeTrustStores", "ModifyTrustStore", "DeleteTrustStore", "GetTrustStoreCaCertificatesBundle",
		"AddTrustStoreRevocations", "DescribeTrustStoreRevocations", "GetTrustStoreRevocationContent", "RemoveTrustStoreRevocations",
		"DescribeTrustStoreAssociations", "DeleteSharedTrustStoreAssociation",
	} {
		all = append(all, awsapi.NotBuilt(name, "mutual authentication"))
	}
	return append(all,
		awsapi.NotBuilt("GetResourcePolicy", "trust stores that accounts share"),
		awsapi.NotBuilt("ModifyCapacityReservation", "reserved capacity, which has no meaning on one machine"),
		awsapi.NotBuilt("ModifyIpPools", "address pools of IPAM"),
	)
}
