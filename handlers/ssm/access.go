package ssm

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

const ofAccount = "arn:{partition}:ssm:{region}:{account}:"

// anything is the resource of operations that name none. Source: field reports.
const anything = ofAccount + "*"

// access says what operations ask. Operations on one target or session ask themselves.
// Source: Service Authorization Reference, AWS Systems Manager; field reports for the ARNs.
func access() awsapi.Rows {
	named := awsapi.On("parameter/{Name}").Each(parameter)
	several := awsapi.On("parameter/{Names}").Each(parameter)
	tagged := awsapi.On("parameter/{ResourceId}").Each(parameter)
	return awsapi.Rows{
		// Source of AddTagsToResource: Systems Manager user guide, tagging parameters on creation.
		"PutParameter": named.Key("ssm:Overwrite", "{Overwrite}").Key("ssm:Policies", "{Policies}").Tags("Tags").Also("ssm:AddTagsToResource"),
		"GetParameter": named,
		// Source: recorded answers, by which the path alone is asked for, and not what is below it.
		"GetParametersByPath":     awsapi.On(ofAccount+"parameter{Path}").Key("ssm:Recursive", "{Recursive}").Each(path),
		"GetParameters":           several,
		"GetParameterHistory":     named,
		"DescribeParameters":      awsapi.On(anything),
		"LabelParameterVersion":   named,
		"UnlabelParameterVersion": named,
		"DeleteParameter":         named,
		"DeleteParameters":        several,
		"AddTagsToResource":       tagged.Tags("Tags"),
		"RemoveTagsFromResource":  tagged.Keys("aws:TagKeys", "{TagKeys}"),
		"ListTagsForResource":     tagged,
		"DescribeSessions":        awsapi.On(anything), // an assumption: as DescribeParameters
	}
}

// sessionAccess is what stays where parameters are left to the upstream.
func sessionAccess() awsapi.Rows {
	return awsapi.Rows{"DescribeSessions": access()["DescribeSessions"]}
}

// publicServices begins the names of the public parameters, which are of no account.
const publicServices = publicNames + "service/"

// parameter is the parameter that a request means by a name or an ARN, perhaps with a version or a label. A name that cannot be
// is asked for as everything. Source: field reports.
func parameter(call awsapi.Call, w *awsapi.Access) {
	scope := call.Scope()
	switch r, err := parseReference(scope, strings.TrimPrefix(w.Resource, ssm.Prefix(scope))); {
	case err != nil:
		w.Resource = "arn:" + scope.Partition() + ":ssm:" + scope.Region + ":" + scope.Account + ":*"
	case r.foreign:
	case strings.HasPrefix(r.name, publicServices):
		w.Resource = publicPrefix(scope) + r.name
	default:
		w.Resource = ssm.ARN(scope, r.name)
	}
}

// path is a hierarchy as it was written, with a slash at its end or without. Source: field reports.
func path(call awsapi.Call, w *awsapi.Access) {
	scope := call.Scope()
	if rest := strings.TrimPrefix(w.Resource, strings.TrimSuffix(ssm.Prefix(scope), "/")); strings.HasPrefix(rest, publicServices) {
		w.Resource = publicPrefix(scope) + rest
	}
}

// tagsOf are the tags of a parameter by its ARN.
func (a *API) tagsOf(resourceARN string) []tagging.Tag {
	scope := arn.ScopeOf(resourceARN)
	name, is := strings.CutPrefix(resourceARN, ssm.Prefix(scope))
	if !is {
		return nil
	}
	if p := ssm.FindParameter(a.read(), scope, name); p != nil && p.ARN() == resourceARN {
		return tagging.List(p.Tags, pair)
	}
	return nil
}

func pair(t ssm.Tag) (key, value string) { return t.Key, t.Value }
