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
		Access:     a.access(),
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
		awsapi.NotBuiltWith[sdk.DescribeStacksInput]("DescribeStacks", needs),
		awsapi.NotBuiltWith[sdk.ListStacksInput]("ListStacks", needs),
		awsapi.NotBuiltWith[sdk.DescribeStackEventsInput]("DescribeStackEvents", needs),
		awsapi.NotBuiltWith[sdk.DescribeEventsInput]("DescribeEvents", needs),
		awsapi.NotBuiltWith[sdk.DescribeStackResourceInput]("DescribeStackResource", needs),
		awsapi.NotBuiltWith[sdk.DescribeStackResourcesInput]("DescribeStackResources", needs),
		awsapi.NotBuiltWith[sdk.ListStackResourcesInput]("ListStackResources", needs),
		awsapi.NotBuiltWith[sdk.ListExportsInput]("ListExports", needs),
		awsapi.NotBuiltWith[sdk.ListImportsInput]("ListImports", needs),
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
		awsapi.NotBuiltWith[sdk.ListChangeSetsInput]("ListChangeSets", needs),
	}
}

func (a *API) templateOperations() []awsapi.Operation {
	const needs = "the controller of stacks"
	return []awsapi.Operation{
		awsapi.NotBuiltWith[sdk.GetTemplateInput]("GetTemplate", needs),
		awsapi.NotBuiltWith[sdk.GetTemplateSummaryInput]("GetTemplateSummary", needs),
		awsapi.Partial("ValidateTemplate", "macros, AWS::Include and Fn::Transform answer 501 NotImplementedException", a.ValidateTemplate),
	}
}
