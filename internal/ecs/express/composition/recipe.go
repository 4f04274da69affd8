package composition

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/managedresource"
)

// ofSet and ofService are the kinds of each owner.
var (
	ofSet     = []express.Kind{express.BalancerGroup, express.BalancerIngress, express.LoadBalancer, express.SetCertificate, express.Listener}
	ofService = []express.Kind{
		express.Cluster, express.LogGroup, express.Certificate, express.ListenerCertificate, express.TargetGroup, express.AlternateTargetGroup,
		express.Rule, express.SecurityGroup, express.Ingress, express.Alarm, express.TaskDefinition, express.ECSService, express.ScalableTarget, express.Policy,
	}
)

func kindsOf(v *View) []express.Kind {
	if express.IsSet(v.Key) {
		return ofSet
	}
	return ofService
}

// book has the recipes of all kinds. What calls ECS itself makes, as the infrastructure role has no permission for them, says the
// managed policy AmazonECSInfrastructureRoleforExpressGatewayServices.
var book = managedresource.Book[View]{Recipes: recipes, Kinds: kindsOf, Owner: func(v *View) *managedresource.Owner { return &v.Owner }}

var recipes = map[express.Kind]managedresource.Recipe[View]{
	express.BalancerGroup:   {Make: makeBalancerGroup, Look: lookGroup, Remove: removeGroup},
	express.BalancerIngress: {Needs: []express.Kind{express.BalancerGroup}, Make: openBalancer},
	express.LoadBalancer: {
		Needs: []express.Kind{express.BalancerGroup, express.BalancerIngress}, Make: makeBalancer, Look: lookBalancer, Remove: removeBalancer,
	},
	express.SetCertificate: {Make: requestCertificate, Look: lookCertificate, Remove: removeCertificate},
	express.Listener: {
		Needs: []express.Kind{express.LoadBalancer, express.SetCertificate}, Make: makeListener, Look: lookListener, Remove: removeListener,
	},

	express.Cluster:     {AsECS: true, Unless: hasOtherCluster, Make: makeCluster},
	express.LogGroup:    {Unless: logsElsewhere, Make: makeLogGroup, Look: lookLogGroup},
	express.Certificate: {Make: requestCertificate, Look: lookCertificate, Remove: removeCertificate},
	express.ListenerCertificate: {
		Needs: []express.Kind{express.Listener, express.Certificate}, Make: addCertificate, Remove: takeCertificate,
	},
	express.TargetGroup: {
		Make: makeTargetGroup(express.TargetGroup), Change: changeTargetGroup, ChangesAsECS: true, Look: lookTargetGroup, Remove: removeTargetGroup,
	},
	express.AlternateTargetGroup: {
		Make: makeTargetGroup(express.AlternateTargetGroup), Change: changeTargetGroup, ChangesAsECS: true, Look: lookTargetGroup, Remove: removeTargetGroup,
	},
	express.Rule: {
		Needs: []express.Kind{express.Listener, express.ListenerCertificate, express.TargetGroup, express.AlternateTargetGroup},
		Make:  makeRule, Look: lookRule, Remove: removeRule,
	},
	express.SecurityGroup: {Make: makeServiceGroup, Look: lookGroup, Remove: removeGroup},
	express.Ingress: {
		Needs: []express.Kind{express.SecurityGroup, express.BalancerGroup}, Make: openService,
		Change: func(v *View, _ *express.Resource) managedresource.Call { return openService(v) },
	},
	express.Alarm: {
		Needs: []express.Kind{express.LoadBalancer, express.TargetGroup, express.AlternateTargetGroup},
		Make:  putAlarm, Look: lookAlarm, LooksAsECS: true, Remove: removeAlarm,
	},
	express.TaskDefinition: {
		AsECS: true, Needs: []express.Kind{express.LogGroup}, Unless: hasTaskDefinition, Make: register, Anew: true, Look: lookTaskDefinition,
	},
	express.ECSService: {
		AsECS: true, Needs: []express.Kind{
			express.Cluster, express.TaskDefinition, express.SecurityGroup, express.Ingress, express.Rule, express.TargetGroup, express.AlternateTargetGroup, express.Alarm,
		},
		Make: createService, Like: deployed, Change: updateService, Look: lookService, Remove: deleteService, Lingers: true,
	},
	express.ScalableTarget: {
		Needs: []express.Kind{express.ECSService}, Make: registerTarget, Look: lookScalableTarget, LooksAsECS: true, Remove: deregisterTarget,
		Change: changeTarget,
	},
	express.Policy: {
		Needs: []express.Kind{express.ScalableTarget, express.LoadBalancer, express.TargetGroup, express.AlternateTargetGroup},
		Make:  putPolicy, Look: lookPolicy, LooksAsECS: true, Remove: removePolicy,
		Change: func(v *View, _ *express.Resource) managedresource.Call { return putPolicy(v) },
	},
}

// mostOfTag is how long the value of a tag is. Source: ELBv2 API reference, Tag; other APIs have the same.
const mostOfTag = 256

// owners are the tags of all that is made. The infrastructure role may act on nothing without the first one (the managed policy).
// An ARN that is too long for a tag is left out: a choice.
func owners(v *View) map[string]string {
	tags := map[string]string{"AmazonECSManaged": "true"}
	if !express.IsSet(v.Key) && len(v.Key) <= mostOfTag {
		tags["aws:ecs:serviceArn"] = v.Key
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
