package cloudformation

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation"
)

const (
	// stackTemplate is a stack by its name, of which AWS asks without an id, or by its ARN. Source: field reports, for both.
	stackTemplate = "stack/{StackName}/*"
	anyStack      = "stack/{StackName|*}/*"
	principal     = "cloudformation.amazonaws.com"
	readTemplate  = "s3:GetObject on the object of {TemplateURL}"
	passRole      = "iam:PassRole on {RoleARN}, with iam:PassedToService " + principal
)

// access is what the operations ask. Source: Service Authorization Reference, AWS CloudFormation. The bootstrap template of
// the CDK has a role that makes stacks with tags, and no action for tags: so no operation asks for cloudformation:TagResource.
func (a *API) access() awsapi.Rows {
	const role, types, stackPolicy, templateURL = "cloudformation:RoleArn", "cloudformation:ResourceTypes", "cloudformation:StackPolicyUrl", "cloudformation:TemplateUrl"
	named := awsapi.On(stackTemplate)
	roled := named.Key(role, "{RoleARN}").May("iam:PassedToService").Shows(passRole)
	made := roled.Keys(types, "{ResourceTypes}").Key(templateURL, "{TemplateURL}").Tags("Tags").Shows(readTemplate)
	const readPolicy = "s3:GetObject on the object of {StackPolicyURL}"
	rows := awsapi.Rows{
		"CreateStack": awsapi.With(made.Key(stackPolicy, "{StackPolicyURL}").Shows(readPolicy), func(_ awsapi.Call, in *sdk.CreateStackInput, wants []awsapi.Access) []awsapi.Access {
			return passing(wants, in.RoleARN)
		}),
		"UpdateStack": awsapi.With(made.Key(stackPolicy, "{StackPolicyURL}").Shows(readPolicy), func(_ awsapi.Call, in *sdk.UpdateStackInput, wants []awsapi.Access) []awsapi.Access {
			return passing(wants, in.RoleARN)
		}),
		"CreateChangeSet": awsapi.With(made.Key("cloudformation:ChangeSetName", "{ChangeSetName}").Keys("cloudformation:ImportResourceTypes", "{ResourcesToImport.ResourceType}"),
			func(_ awsapi.Call, in *sdk.CreateChangeSetInput, wants []awsapi.Access) []awsapi.Access {
				return passing(wants, in.RoleARN)
			}),
		"DeleteStack": awsapi.With(roled, func(_ awsapi.Call, in *sdk.DeleteStackInput, wants []awsapi.Access) []awsapi.Access {
			return passing(wants, in.RoleARN)
		}),
		"RollbackStack": awsapi.With(roled, func(_ awsapi.Call, in *sdk.RollbackStackInput, wants []awsapi.Access) []awsapi.Access {
			return passing(wants, in.RoleARN)
		}),
		"ContinueUpdateRollback": awsapi.With(roled, func(_ awsapi.Call, in *sdk.ContinueUpdateRollbackInput, wants []awsapi.Access) []awsapi.Access {
			return passing(wants, in.RoleARN)
		}),
		"SetStackPolicy": named.Key(stackPolicy, "{StackPolicyURL}").Shows(readPolicy),

		"DescribeChangeSet":      changeSet(a, func(in *sdk.DescribeChangeSetInput) (stack, name *string) { return in.StackName, in.ChangeSetName }),
		"DescribeChangeSetHooks": changeSet(a, func(in *sdk.DescribeChangeSetHooksInput) (stack, name *string) { return in.StackName, in.ChangeSetName }),
		"ExecuteChangeSet":       changeSet(a, func(in *sdk.ExecuteChangeSetInput) (stack, name *string) { return in.StackName, in.ChangeSetName }),
		"DeleteChangeSet":        changeSet(a, func(in *sdk.DeleteChangeSetInput) (stack, name *string) { return in.StackName, in.ChangeSetName }),
	}
	for _, name := range []string{"DescribeStacks", "DescribeStackEvents", "DescribeEvents", "DescribeStackResources", "GetTemplate"} {
		rows[name] = awsapi.On(anyStack)
	}
	rows["ListStacks"] = awsapi.On("stack/*/*") // as field reports have it
	for _, name := range []string{
		"CancelUpdateStack", "DescribeStackResource", "DescribeStackResourceDrifts", "DetectStackDrift", "DetectStackResourceDrift", "GetStackPolicy",
		"ListChangeSets", "ListStackResources", "SignalResource", "UpdateTerminationProtection",
	} {
		rows[name] = named
	}
	for _, name := range []string{
		"DescribeAccountLimits", "DescribeStackDriftDetectionStatus", "EstimateTemplateCost", "ListExports", "ListImports",
	} {
		rows[name] = awsapi.On("*")
	}
	rows["GetTemplateSummary"] = named.Shows(readTemplate)
	rows["ValidateTemplate"] = awsapi.On("*").Shows(readTemplate)
	return rows
}

// passing adds that CloudFormation gets a role (AC73).
func passing(wants []awsapi.Access, role *string) []awsapi.Access {
	if aws.ToString(role) == "" {
		return wants
	}
	return append(wants, awsapi.Access{Action: "iam:PassRole", Resource: *role, Keys: awsapi.Keys{"iam:passedtoservice": policy.Is(principal)}})
}

// changeSet is the row of an operation on a change set: it asks on the stack, which the ARN of a change set does not have: so
// without the stack's name it asks on the one that is stored, or on any. The key has the name also where the request has the
// ARN: a guess.
func changeSet[I any](a *API, of func(*I) (stack, name *string)) awsapi.Row {
	return awsapi.With(awsapi.On(anyStack), func(call awsapi.Call, in *I, wants []awsapi.Access) []awsapi.Access {
		stack, name := of(in)
		id := aws.ToString(name)
		for i := range wants {
			wants[i].Give("cloudformation:ChangeSetName", policy.Is(changeSetName(id)))
			if stored := a.storedChangeSet(call, id); stack == nil && stored != nil {
				wants[i].Resource = stored.StackID
			}
		}
		return wants
	}).May("cloudformation:ChangeSetName").Shows("on the stack of {ChangeSetName}")
}

func (a *API) storedChangeSet(call awsapi.Call, id string) *cfn.ChangeSet {
	if a.Store == nil {
		return nil
	}
	if found := cfn.FindChangeSet(a.Store.Read(), id); found != nil && found.Scope == call.Scope() {
		return found
	}
	return nil
}

// tagsOf are the tags of a stack, by its ARN, or by that with * for its id, as access asks for it.
func (a *API) tagsOf(resourceARN string) []tagging.Tag {
	id := resourceARN
	if name, named := strings.CutSuffix(resourceARN, "/*"); named {
		id = arn.Name(name)
	}
	s := cfn.FindStack(a.Store.Read(), arn.ScopeOf(resourceARN), id)
	if s == nil {
		return nil
	}
	return tagging.List(s.Tags, pair)
}

// changeSetName is the name of a change set by that or by its ARN (CFN-102).
func changeSetName(id string) string {
	if !arn.Is(id) {
		return id
	}
	_, path, _ := strings.Cut(id, ":changeSet/")
	name, _, _ := strings.Cut(path, "/")
	return name
}
