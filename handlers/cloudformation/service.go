package cloudformation

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation"
)

// Service is the CloudFormation API (CFN-1).
func Service(a *API) awsapi.Service {
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
	const needs = "the controller of stacks"
	return []awsapi.Operation{
		awsapi.NotBuiltWith[sdk.CreateStackInput]("CreateStack", needs),
		awsapi.NotBuiltWith[sdk.UpdateStackInput]("UpdateStack", needs),
		awsapi.NotBuiltWith[sdk.DeleteStackInput]("DeleteStack", needs),
		awsapi.NotBuiltWith[sdk.CancelUpdateStackInput]("CancelUpdateStack", needs),
		awsapi.NotBuiltWith[sdk.RollbackStackInput]("RollbackStack", needs),
		awsapi.NotBuiltWith[sdk.ContinueUpdateRollbackInput]("ContinueUpdateRollback", needs),
		awsapi.NotBuiltWith[sdk.UpdateTerminationProtectionInput]("UpdateTerminationProtection", needs),
		awsapi.Works("DescribeStacks", "also deleted ones, by their ARN, for 90 days; no drift is looked for", a.DescribeStacks),
		awsapi.Works("ListStacks", "by status, in pages, deleted ones of 90 days included", a.ListStacks),
		awsapi.Works("DescribeStackEvents", "the newest first, in pages", a.DescribeStackEvents),
		awsapi.Partial("DescribeEvents", "of stacks and their operations, not of change sets", a.DescribeEvents),
		awsapi.Works("DescribeStackResource", "with the metadata that the template has for it", a.DescribeStackResource),
		awsapi.Works("DescribeStackResources", "of a stack, or of the stack that has a physical resource; at most 100", a.DescribeStackResources),
		awsapi.Works("ListStackResources", "in order of their logical ids, in pages", a.ListStackResources),
		awsapi.Works("ListExports", "in order of their names, in pages", a.ListExports),
		awsapi.Works("ListImports", "the names of the stacks, in pages", a.ListImports),
		awsapi.Works("DescribeAccountLimits", "AWS's default quotas", a.DescribeAccountLimits),
	}
}

func (a *API) changeSetOperations() []awsapi.Operation {
	const needs = "the controller of stacks"
	return []awsapi.Operation{
		awsapi.NotBuiltWith[sdk.CreateChangeSetInput]("CreateChangeSet", needs),
		awsapi.NotBuiltWith[sdk.DescribeChangeSetInput]("DescribeChangeSet", needs),
		awsapi.NotBuiltWith[sdk.ExecuteChangeSetInput]("ExecuteChangeSet", needs),
		awsapi.NotBuiltWith[sdk.DeleteChangeSetInput]("DeleteChangeSet", needs),
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
