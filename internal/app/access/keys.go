package access

import (
	"cmp"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// callKeys are the condition keys of all that a call asks (AC60). They are made when a policy first asks for one.
type callKeys struct {
	control *Control
	call    *awsapi.Call
	who     principal
	now     time.Time
	once    sync.Once
	values  map[string]policy.Value
}

func (k *callKeys) key(name string) policy.Value {
	k.once.Do(func() { k.values = k.make() })
	return k.values[name]
}

func (k *callKeys) make() map[string]policy.Value {
	who := k.who.Principal
	values := policy.Global(who, regionOf(k.call), k.now)
	values["aws:viaawsservice"] = policy.Is("false")
	if address, _, err := net.SplitHostPort(k.call.From.Address); err == nil {
		values["aws:sourceip"] = policy.Is(address)
	}
	for name, text := range map[string]string{"aws:useragent": k.call.From.UserAgent, "aws:referer": k.call.From.Referer} {
		if text != "" {
			values[name] = policy.Is(text)
		}
	}
	maps.Copy(values, sts.SessionKeys(k.call.Caller.Session, k.who.eachTag))
	return values
}

// regionOf is the region that a call asks for: IAM's is us-east-1 (AC60).
func regionOf(call *awsapi.Call) string {
	if call.Service == "iam" {
		return "us-east-1"
	}
	return call.Region
}

// Key implements [policy.Keys].
func (q *question) Key(name string) policy.Value {
	q.more.asked = true
	if value, own := q.wants.Keys[name]; own {
		return value
	}
	if tag, is := q.resourceTag(name); is {
		return q.tagOf(tag)
	}
	if name == "aws:resourceaccount" {
		return policy.Is(q.account())
	}
	return q.key(name)
}

// resourceTag is the tag that a key names, aws:ResourceTag/team or ecs:ResourceTag/team.
func (q *question) resourceTag(name string) (tag string, is bool) {
	before, tag, is := strings.Cut(name, ":resourcetag/")
	service, _, _ := strings.Cut(q.wants.Action, ":")
	return tag, is && (before == "aws" || before == service)
}

// tagOf looks the tags up when a policy first asks for one.
func (q *question) tagOf(name string) policy.Value {
	if q.more.tags == nil {
		found := q.control.tagsOf(q.wants.Resource)
		q.more.tags = &found
	}
	for _, t := range *q.more.tags {
		if strings.ToLower(t.Key) == name {
			return policy.Is(t.Value)
		}
	}
	if service, _, _ := strings.Cut(q.wants.Action, ":"); slices.Contains(tagsNew, service) && strings.HasSuffix(q.wants.Resource, "*") {
		return q.wants.Keys["aws:requesttag/"+name]
	}
	return policy.Value{}
}

// tagsNew are the services that take the tags of a request for tags of the resource that it makes. Source: AWS's policy
// AmazonECSInfrastructureRoleforExpressGatewayServices lets a role make no load balancer, certificate or scalable target by another condition.
var tagsNew = []string{"acm", "application-autoscaling", "elasticloadbalancing"}

// account is the account of the resource, or else the caller's.
func (q *question) account() string {
	return cmp.Or(arn.ScopeOf(q.wants.Resource).Account, q.call.Account)
}
