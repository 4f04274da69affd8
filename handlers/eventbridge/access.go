package eventbridge

import (
	"encoding/json"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// service is EventBridge as the trust policies of roles call it.
const service = "events.amazonaws.com"

const passRole = "iam:PassRole on {Targets.RoleArn}, with iam:PassedToService " + service

// access says what operations ask.
// Source: Service Authorization Reference, Amazon EventBridge; field reports for the ARN of ListRules; recorded answers for
// ListRuleNamesByTarget, which asks for the rules of the bus; EventBridge API reference, PutRule, for TagResource, of which it
// is an assumption for CreateEventBus.
func (a *API) access() awsapi.Rows {
	named, byRule := a.rules("rule/{EventBusName|default}/{Name}"), a.rules("rule/{EventBusName|default}/{Rule}")
	rules := awsapi.On("rule/{EventBusName|default}/*").Each(onDefaultBus)
	byARN := a.rules("{ResourceARN}")
	return awsapi.Rows{
		"CreateEventBus":   awsapi.On("event-bus/{Name}").Tags("Tags").Also("events:TagResource"),
		"DescribeEventBus": awsapi.On("event-bus/{Name|default}"),
		"ListEventBuses":   awsapi.On("event-bus/*"),
		"UpdateEventBus":   awsapi.On("event-bus/{Name|default}"),
		"DeleteEventBus":   awsapi.On("event-bus/{Name}"),
		"PutPermission":    awsapi.On("*"),
		"RemovePermission": awsapi.On("*"),

		"PutRule": awsapi.With(named.Tags("Tags").Also("events:TagResource"), putRule).
			May("events:source", "events:detail-type", "iam:PassedToService").Shows("iam:PassRole on {RoleArn}, with iam:PassedToService " + service),
		"DescribeRule": named,
		"ListRules":    rules,
		"EnableRule":   named,
		"DisableRule":  named,
		"DeleteRule":   named,

		"PutTargets":            awsapi.With(byRule.Keys("events:TargetArn", "{Targets.Arn}"), putTargets).May("iam:PassedToService").Shows(passRole),
		"RemoveTargets":         byRule,
		"ListTargetsByRule":     byRule,
		"ListRuleNamesByTarget": rules,

		"PutEvents": awsapi.Asks(putEvents).May("events:source", "events:detail-type").
			Shows("events:PutEvents on event-bus/{Entries.EventBusName|default}"),
		"TestEventPattern": awsapi.On("*"),

		"TagResource":         byARN.Tags("Tags"),
		"UntagResource":       byARN.Keys("aws:TagKeys", "{TagKeys}"),
		"ListTagsForResource": byARN,
	}
}

// rules is the row of an operation on a rule. One that is there has the account that made it among its keys.
func (a *API) rules(template string) awsapi.Row {
	return awsapi.On(template).Each(onDefaultBus).May("events:creatorAccount").Each(func(_ awsapi.Call, w *awsapi.Access) {
		if r := ruleByARN(a.read(), w.Resource); r != nil {
			w.Give("events:creatorAccount", policy.Is(r.CreatedBy))
		}
	})
}

// onDefaultBus takes the name of the default bus out of the ARN of a rule.
func onDefaultBus(_ awsapi.Call, w *awsapi.Access) {
	w.Resource = strings.Replace(w.Resource, ":rule/"+eventbridge.DefaultBus+"/", ":rule/", 1)
}

// putRule adds the role that a rule gets, and what its pattern matches.
func putRule(_ awsapi.Call, in *sdk.PutRuleInput, wants []awsapi.Access) []awsapi.Access {
	var pattern map[string]json.RawMessage
	if json.Unmarshal([]byte(aws.ToString(in.EventPattern)), &pattern) == nil {
		for _, field := range []string{"source", "detail-type"} {
			if texts := matched(pattern[field]); texts != nil {
				wants[0].Give("events:"+field, policy.Many(texts))
			}
		}
	}
	return passing(wants, in.RoleArn)
}

// matched are the texts that a pattern matches in a field. What matches otherwise, such as a prefix, counts as the text that it
// is written in, so that a policy that names texts does not allow it: a choice.
func matched(list json.RawMessage) (texts []string) {
	var values []json.RawMessage
	if json.Unmarshal(list, &values) != nil {
		return nil
	}
	for _, v := range values {
		var text string
		if json.Unmarshal(v, &text) != nil {
			text = string(v)
		}
		texts = append(texts, text)
	}
	return texts
}

func putTargets(_ awsapi.Call, in *sdk.PutTargetsInput, wants []awsapi.Access) []awsapi.Access {
	for i := range in.Targets {
		wants = passing(wants, in.Targets[i].RoleArn)
	}
	return wants
}

// passing adds a role that is handed over (AC73).
func passing(wants []awsapi.Access, role *string) []awsapi.Access {
	if role == nil {
		return wants
	}
	return append(wants, awsapi.Access{
		Action: "iam:PassRole", Resource: *role, Keys: awsapi.Keys{"iam:passedtoservice": policy.Is(service)},
	})
}

// putEvents asks for each entry. Source: recorded answers.
func putEvents(call awsapi.Call, in *sdk.PutEventsInput) (wants []awsapi.Access) {
	for i := range in.Entries {
		w := awsapi.Access{Action: "events:PutEvents", Resource: aws.ToString(in.Entries[i].EventBusName)}
		if !arn.Is(w.Resource) {
			w.Resource = eventbridge.BusARN(call.Scope(), busName(in.Entries[i].EventBusName))
		}
		for name, given := range map[string]*string{"events:source": in.Entries[i].Source, "events:detail-type": in.Entries[i].DetailType} {
			if given != nil {
				w.Give(name, policy.Is(*given))
			}
		}
		wants = append(wants, w)
	}
	return wants
}

// ruleByARN returns the rule that an ARN names, or nil.
func ruleByARN(tx *store.Tx, ruleARN string) *eventbridge.Rule {
	scope := arn.ScopeOf(ruleARN)
	path, is := strings.CutPrefix(ruleARN, eventbridge.RuleARN(scope, eventbridge.DefaultBus, ""))
	if !is {
		return nil
	}
	bus, name := eventbridge.DefaultBus, path
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		bus, name = path[:i], path[i+1:]
	}
	return eventbridge.FindRule(tx, scope, bus, name)
}

// tagsOf are the tags of a bus or a rule by its ARN.
func (a *API) tagsOf(resourceARN string) []tagging.Tag {
	if r := ruleByARN(a.read(), resourceARN); r != nil {
		return tagging.List(r.Tags, pair)
	}
	if b := a.busByARN(resourceARN); b != nil {
		return tagging.List(b.Tags, pair)
	}
	return nil
}

// policiesOf are the policies of a bus by its ARN.
func (a *API) policiesOf(resourceARN string) []policy.Source {
	b := a.busByARN(resourceARN)
	if b == nil || b.Policy == "" {
		return nil
	}
	return []policy.Source{{Name: b.Name, Policy: policies.Compile(b.Policy)}}
}

// policies keeps the policies of buses that have been asked for.
var policies policy.Cache

func (a *API) busByARN(resourceARN string) *eventbridge.Bus {
	scope := arn.ScopeOf(resourceARN)
	name, is := strings.CutPrefix(resourceARN, eventbridge.BusARN(scope, ""))
	if !is {
		return nil
	}
	return eventbridge.FindBus(a.read(), scope, name)
}

func pair(t types.Tag) (key, value string) { return *t.Key, aws.ToString(t.Value) }
