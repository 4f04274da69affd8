package composition

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
)

// recipe is how a resource is made, changed and removed.
type recipe struct {
	// needs are those that must be there before it, and stay until it is gone.
	needs []express.Kind
	// unless says that an owner has none of the kind.
	unless func(*View) bool
	// asECS is of calls for which the infrastructure role has no permission. Source: the managed policy
	// AmazonECSInfrastructureRoleforExpressGatewayServices.
	asECS, changesAsECS, looksAsECS bool

	make func(*View) call
	// like is the input of which a change is a change of the resource. Nil: the one of make.
	like func(*View) any
	// change has the resource be as it is wanted. Nil: it does not change.
	change func(*View, *express.Resource) call
	// anew says that a change is another resource in its place, and that the old one stays.
	anew bool
	// look finds the resource by its ID, or without one by what only it has. It reads no ID if there is none. Nil: make may be called
	// again, and knows the ID.
	look func(*View, *express.Resource) call
	// remove of nil leaves the resource: of what the role may not remove, and of what goes with another one.
	remove func(*View, *express.Resource) call
	// lingers says that it is still there for a while when its removal is answered.
	lingers bool
}

// ofSet and ofService are the kinds of each owner.
var (
	ofSet     = []express.Kind{express.BalancerGroup, express.BalancerIngress, express.LoadBalancer, express.SetCertificate, express.Listener}
	ofService = []express.Kind{
		express.Cluster, express.LogGroup, express.Certificate, express.ListenerCertificate, express.TargetGroup, express.AlternateTargetGroup,
		express.Rule, express.SecurityGroup, express.Ingress, express.Alarm, express.TaskDefinition, express.ECSService, express.ScalableTarget, express.Policy,
	}
)

func kindsOf(owner string) []express.Kind {
	if express.IsSet(owner) {
		return ofSet
	}
	return ofService
}

var recipes = map[express.Kind]recipe{
	express.BalancerGroup:   {make: makeBalancerGroup, look: lookGroup, remove: removeGroup},
	express.BalancerIngress: {needs: []express.Kind{express.BalancerGroup}, make: openBalancer},
	express.LoadBalancer: {
		needs: []express.Kind{express.BalancerGroup, express.BalancerIngress}, make: makeBalancer, look: lookBalancer, remove: removeBalancer,
	},
	express.SetCertificate: {make: requestCertificate, look: lookCertificate, remove: removeCertificate},
	express.Listener: {
		needs: []express.Kind{express.LoadBalancer, express.SetCertificate}, make: makeListener, look: lookListener, remove: removeListener,
	},

	express.Cluster:     {asECS: true, unless: hasOtherCluster, make: makeCluster},
	express.LogGroup:    {unless: logsElsewhere, make: makeLogGroup, look: lookLogGroup},
	express.Certificate: {make: requestCertificate, look: lookCertificate, remove: removeCertificate},
	express.ListenerCertificate: {
		needs: []express.Kind{express.Listener, express.Certificate}, make: addCertificate, remove: takeCertificate,
	},
	express.TargetGroup: {
		make: makeTargetGroup(express.TargetGroup), change: changeTargetGroup, changesAsECS: true, look: lookTargetGroup, remove: removeTargetGroup,
	},
	express.AlternateTargetGroup: {
		make: makeTargetGroup(express.AlternateTargetGroup), change: changeTargetGroup, changesAsECS: true, look: lookTargetGroup, remove: removeTargetGroup,
	},
	express.Rule: {
		needs: []express.Kind{express.Listener, express.ListenerCertificate, express.TargetGroup, express.AlternateTargetGroup},
		make:  makeRule, look: lookRule, remove: removeRule,
	},
	express.SecurityGroup: {make: makeServiceGroup, look: lookGroup, remove: removeGroup},
	express.Ingress: {
		needs: []express.Kind{express.SecurityGroup, express.BalancerGroup}, make: openService,
		change: func(v *View, _ *express.Resource) call { return openService(v) },
	},
	express.Alarm: {
		needs: []express.Kind{express.LoadBalancer, express.TargetGroup, express.AlternateTargetGroup},
		make:  putAlarm, look: lookAlarm, looksAsECS: true, remove: removeAlarm,
	},
	express.TaskDefinition: {
		asECS: true, needs: []express.Kind{express.LogGroup}, unless: hasTaskDefinition, make: register, anew: true, look: lookTaskDefinition,
	},
	express.ECSService: {
		asECS: true, needs: []express.Kind{
			express.Cluster, express.TaskDefinition, express.SecurityGroup, express.Ingress, express.Rule, express.TargetGroup, express.AlternateTargetGroup, express.Alarm,
		},
		make: createService, like: deployed, change: updateService, look: lookService, remove: deleteService, lingers: true,
	},
	express.ScalableTarget: {
		needs: []express.Kind{express.ECSService}, make: registerTarget, look: lookScalableTarget, looksAsECS: true, remove: deregisterTarget,
		change: changeTarget,
	},
	express.Policy: {
		needs: []express.Kind{express.ScalableTarget, express.LoadBalancer, express.TargetGroup, express.AlternateTargetGroup},
		make:  putPolicy, look: lookPolicy, looksAsECS: true, remove: removePolicy,
		change: func(v *View, _ *express.Resource) call { return putPolicy(v) },
	},
}

func elb(name string) apiclient.Operation { return apiclient.Of("elasticloadbalancing", name) }

// mostOfTag is how long the value of a tag is. Source: ELBv2 API reference, Tag; other APIs have the same.
const mostOfTag = 256

// owners are the tags of all that is made. The infrastructure role may act on nothing without the first one (the managed policy).
// An ARN that is too long for a tag is left out: a choice.
func owners(v *View) map[string]string {
	tags := map[string]string{"AmazonECSManaged": "true"}
	if !express.IsSet(v.Owner) && len(v.Owner) <= mostOfTag {
		tags["aws:ecs:serviceArn"] = v.Owner
	}
	return tags
}

// tagged are the tags as a service of AWS has them, in order of their keys.
func tagged[T any](v *View, as func(key, value *string) T) (list []T) {
	all := owners(v)
	for _, key := range []string{"AmazonECSManaged", "aws:ecs:serviceArn"} {
		if value, has := all[key]; has {
			list = append(list, as(&key, aws.String(value)))
		}
	}
	return list
}
