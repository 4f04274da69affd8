package cloudwatchlogs

import (
	"cmp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs"
)

// access says what operations ask. A group is asked for with an empty stream, which a policy on "log-group:NAME:*" allows and
// one on "log-group:NAME" does not; the operations of tags by ARN ask for the group itself.
// Source: Service Authorization Reference, Amazon CloudWatch Logs; field reports for the ARNs; CloudWatch Logs user guide,
// identity-based policies, and API reference, CreateLogGroup, for the keys of tags; AC13 for DescribeLogGroups, which asks the same with a prefix.
func (a *API) access() awsapi.Rows {
	ofGroup := awsapi.On("log-group:{LogGroupName}" + noStream)
	byID := awsapi.On("log-group:{LogGroupIdentifier}" + noStream).Each(groupByARN)
	byEither := awsapi.On("log-group:{LogGroupName}"+noStream, "log-group:{LogGroupIdentifier}"+noStream).Each(groupByARN)
	ofKey := awsapi.On("log-group:{LogGroupName}"+noStream, "log-group:{ResourceIdentifier}"+noStream).Each(groupByARN)
	ofStream := awsapi.On("log-group:{LogGroupName}" + noStream + "{LogStreamName}")
	byARN := awsapi.On("{ResourceArn}")
	everything := awsapi.On("*")
	return awsapi.Rows{
		"CreateLogGroup":                ofGroup.Tags("Tags").Also("logs:TagResource on log-group:{LogGroupName}"),
		"DeleteLogGroup":                ofGroup,
		"DescribeLogGroups":             awsapi.On("log-group:" + noStream),
		"ListLogGroups":                 everything,
		"PutLogGroupDeletionProtection": byID,
		"AssociateKmsKey":               ofKey,
		"DisassociateKmsKey":            ofKey,
		"PutRetentionPolicy":            ofGroup,
		"DeleteRetentionPolicy":         ofGroup,

		"TagResource":         byARN.Tags("Tags"),
		"UntagResource":       byARN.Keys("aws:TagKeys", "{TagKeys}"),
		"ListTagsForResource": byARN,
		"TagLogGroup":         ofGroup.Tags("Tags"),
		"UntagLogGroup":       ofGroup.Keys("aws:TagKeys", "{Tags}"),
		"ListTagsLogGroup":    ofGroup,

		"CreateLogStream":    ofStream,
		"DeleteLogStream":    ofStream,
		"DescribeLogStreams": byEither,
		"PutLogEvents":       ofStream,
		"GetLogEvents": awsapi.Asks(func(call awsapi.Call, in *cloudwatchlogs.GetLogEventsInput) []awsapi.Access {
			return reading(call, "logs:GetLogEvents", cmp.Or(in.LogGroupName, in.LogGroupIdentifier), aws.ToString(in.LogStreamName), in.Unmask)
		}).Shows("logs:GetLogEvents on log-group:{LogGroupName}:log-stream:{LogStreamName}", unmask),
		"FilterLogEvents": awsapi.Asks(func(call awsapi.Call, in *cloudwatchlogs.FilterLogEventsInput) []awsapi.Access {
			return reading(call, "logs:FilterLogEvents", cmp.Or(in.LogGroupName, in.LogGroupIdentifier), "", in.Unmask)
		}).Shows("logs:FilterLogEvents on log-group:{LogGroupName}:log-stream:", unmask),

		"PutResourcePolicy":        everything,
		"DescribeResourcePolicies": everything,
		"DeleteResourcePolicy":     everything,
		"PutMetricFilter":          ofGroup,
		"DescribeMetricFilters":    awsapi.On("log-group:{LogGroupName|*}" + noStream), // without a name all groups: a choice
		"DeleteMetricFilter":       ofGroup,
		"TestMetricFilter":         everything,
	}
}

const (
	noStream = ":log-stream:"
	unmask   = "logs:Unmask on log-group:{LogGroupName}:log-stream:, to see masked data"
)

// groupByARN is a group that a request names by its ARN.
func groupByARN(_ awsapi.Call, w *awsapi.Access) {
	if w.Resource != "*" && !strings.Contains(w.Resource, noStream) {
		w.Resource = strings.TrimSuffix(w.Resource, ":*") + noStream
	}
}

// reading is what a request for events asks. Source: CloudWatch Logs API reference, GetLogEvents, for masked data.
func reading(call awsapi.Call, action string, group *string, stream string, masked bool) []awsapi.Access {
	resource := aws.ToString(group)
	switch {
	case resource == "": // the request is refused
		return []awsapi.Access{{Action: action, Resource: "*"}}
	case !arn.Is(resource):
		resource = logs.GroupARN(call.Scope(), resource)
	}
	resource += noStream
	wants := []awsapi.Access{{Action: action, Resource: resource + stream}}
	if masked {
		wants = append(wants, awsapi.Access{Action: "logs:Unmask", Resource: resource})
	}
	return wants
}

// tagsOf are the tags of a group, whichever of its ARNs is asked for. Streams have none.
func (a *API) tagsOf(resourceARN string) []tagging.Tag {
	_, name, found := strings.Cut(resourceARN, ":log-group:")
	if name, stream, _ := strings.Cut(name, noStream); found && stream == "" {
		if g, err := a.store.Group(arn.ScopeOf(resourceARN), name); err == nil {
			return tagging.Map(g.Tags)
		}
	}
	return nil
}

// policiesOf are the policies of the account that a group or a stream is in, which say themselves what they are for. A document that
// cannot be evaluated, as none is refused for that when it is stored, would deny everything to everyone.
func (a *API) policiesOf(resourceARN string) (found []policy.Source) {
	for _, p := range a.store.ResourcePolicies(arn.ScopeOf(resourceARN)) {
		if compiled := policies.Compile(p.Document); compiled.Err() == nil {
			found = append(found, policy.Source{Name: p.Name, Policy: compiled})
		}
	}
	return found
}

// policies keeps the policies of accounts that have been asked for.
var policies policy.Cache
