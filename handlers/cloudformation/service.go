package cloudformation

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation"
)

// Service is the CloudFormation API (CFN-1).
func (a *API) Service() awsapi.Service {
	const version = "2010-05-15"
	return awsapi.Service{
		Name: service, ID: sdk.ServiceID, Title: "AWS CloudFormation", Complete: true, Model: model,
		Protocol: awsapi.Query{
			Version: version, Namespace: "http://cloudformation.amazonaws.com/doc/" + version + "/",
			EmptyResults: []string{"ContinueUpdateRollback", "DeleteChangeSet", "ExecuteChangeSet"},
		},
		Access: a.access(), Tags: a.tagsOf,
		Operations: slices.Concat(a.stackOperations(), a.changeSetOperations(), a.templateOperations(), stackOperationsNotBuilt(), operationsNotBuilt()),
	}
}

func (a *API) stackOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("CreateStack", "resources of the types that are built; CreationPolicy and UpdatePolicy of types on which they do not act, nested stacks, macros and the mode EXPRESS answer 501 NotImplementedException", a.CreateStack),
		awsapi.Partial("UpdateStack", "as CreateStack", a.UpdateStack),
		awsapi.Partial("DeleteStack", "with RetainResources and FORCE_DELETE_STACK; the mode EXPRESS answers 501 NotImplementedException", a.DeleteStack),
		awsapi.Works("CancelUpdateStack", "an update that is under way is rolled back", a.CancelUpdateStack),
		awsapi.Partial("RollbackStack", "of a stack whose create or update has failed; the mode EXPRESS answers 501 NotImplementedException", a.RollbackStack),
		awsapi.Works("ContinueUpdateRollback", "with ResourcesToSkip", a.ContinueUpdateRollback),
		awsapi.Works("SignalResource", "while the resource is made or changed; an instance that runs, and has joined its cluster, has sent its own", a.SignalResource),
		awsapi.Works("UpdateTerminationProtection", "at once", a.UpdateTerminationProtection),
		awsapi.Works("SetStackPolicy", "for updates that follow", a.SetStackPolicy),
		awsapi.Works("GetStackPolicy", "the document as it was sent", a.GetStackPolicy),
		awsapi.Works("DescribeStacks", "also deleted ones, by their ARN, for 90 days; no drift is looked for", a.DescribeStacks),
		awsapi.Works("ListStacks", "by status, in pages, deleted ones of 90 days included", a.ListStacks),
		awsapi.Works("DescribeStackEvents", "the newest first, in pages", a.DescribeStackEvents),
		awsapi.Works("DescribeEvents", "of stacks, their operations, and the creation of change sets", a.DescribeEvents),
		awsapi.Works("DescribeStackResource", "with the metadata that the template has for it", a.DescribeStackResource),
		awsapi.Works("DescribeStackResources", "of a stack, or of the stack that has a physical resource; at most 100", a.DescribeStackResources),
		awsapi.Works("ListStackResources", "in order of their logical ids, in pages", a.ListStackResources),
		awsapi.Works("ListExports", "in order of their names, in pages", a.ListExports),
		awsapi.Works("ListImports", "the names of the stacks, in pages", a.ListImports),
		awsapi.Works("DescribeAccountLimits", "AWS's default quotas", a.DescribeAccountLimits),
	}
}

func (a *API) changeSetOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("CreateChangeSet", "of the types CREATE and UPDATE, as CreateStack; imports and REVERT_DRIFT answer 501 NotImplementedException", a.CreateChangeSet),
		awsapi.Works("DescribeChangeSet", "with values, and paths into properties, if they are asked for", a.DescribeChangeSet),
		awsapi.Works("ExecuteChangeSet", "other change sets of the stack go", a.ExecuteChangeSet),
		awsapi.Works("DeleteChangeSet", "those that were not executed", a.DeleteChangeSet),
		awsapi.Works("ListChangeSets", "without those that were executed", a.ListChangeSets),
	}
}

func (a *API) templateOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Works("GetTemplate", "as it was sent, or without its loops", a.GetTemplate),
		awsapi.Partial("GetTemplateSummary", "of a template or a stack; not of stack sets, and without warnings", a.GetTemplateSummary),
		awsapi.Partial("ValidateTemplate", "macros, AWS::Include and Fn::Transform answer 501 NotImplementedException", a.ValidateTemplate),
	}
}
