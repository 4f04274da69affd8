package access

import (
	"cmp"
	"maps"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// callKeys are the condition keys of all that a call asks (AC60). They are made when a policy first asks for one.
type callKeys struct {
	call   *awsapi.Call
	who    *principal
	now    time.Time
	once   sync.Once
	values map[string]policy.Value
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

// accessKeys are the condition keys of one thing that a call asks.
type accessKeys struct {
	*callKeys
	access *awsapi.Access
	find   func(resourceARN string) []tagging.Tag
	tags   []tagging.Tag
	found  bool // tags are looked up
}

func (k *accessKeys) Key(name string) policy.Value {
	if value, own := k.access.Keys[name]; own {
		return value
	}
	if tag, is := k.resourceTag(name); is {
		return k.tagOf(tag)
	}
	if name == "aws:resourceaccount" {
		return policy.Is(k.account())
	}
	return k.key(name)
}

// resourceTag is the tag that a key names, aws:ResourceTag/team or ecs:ResourceTag/team.
func (k *accessKeys) resourceTag(name string) (tag string, is bool) {
	before, tag, is := strings.Cut(name, ":resourcetag/")
	service, _, _ := strings.Cut(k.access.Action, ":")
	return tag, is && (before == "aws" || before == service)
}

// tagOf looks the tags up when a policy first asks for one.
func (k *accessKeys) tagOf(name string) policy.Value {
	if !k.found {
		k.found = true
		k.tags = k.find(k.access.Resource)
	}
	for _, t := range k.tags {
		if strings.ToLower(t.Key) == name {
			return policy.Is(t.Value)
		}
	}
	return policy.Value{}
}

// account is the account of the resource, or else the caller's.
func (k *accessKeys) account() string {
	return cmp.Or(arn.ScopeOf(k.access.Resource).Account, k.call.Account)
}
