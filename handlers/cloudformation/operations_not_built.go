package cloudformation

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation"
)

// stackOperationsNotBuilt act on a stack, so that policies decide before they are refused.
func stackOperationsNotBuilt() []awsapi.Operation {
	const drift = "drift detection"
	return []awsapi.Operation{
		awsapi.NotBuiltWith[sdk.DetectStackDriftInput]("DetectStackDrift", drift),
		awsapi.NotBuiltWith[sdk.DetectStackResourceDriftInput]("DetectStackResourceDrift", drift),
		awsapi.NotBuiltWith[sdk.DescribeStackResourceDriftsInput]("DescribeStackResourceDrifts", drift),
		awsapi.NotBuiltWith[sdk.DescribeStackDriftDetectionStatusInput]("DescribeStackDriftDetectionStatus", drift),
		awsapi.NotBuiltWith[sdk.DescribeChangeSetHooksInput]("DescribeChangeSetHooks", "hooks"),
		awsapi.NotBuiltWith[sdk.EstimateTemplateCostInput]("EstimateTemplateCost", "prices"),
	}
}

// operationsNotBuilt are those that the SDK has and this package has not, by what they need.
func operationsNotBuilt() (list []awsapi.Operation) {
	for _, group := range []struct {
		needs string
		names []string
	}{
		{"stack sets", []string{
			"CreateStackSet", "UpdateStackSet", "DeleteStackSet", "DescribeStackSet", "ListStackSets", "DetectStackSetDrift", "ImportStacksToStackSet",
			"CreateStackInstances", "UpdateStackInstances", "DeleteStackInstances", "DescribeStackInstance", "ListStackInstances",
			"ListStackInstanceResourceDrifts", "DescribeStackSetOperation", "ListStackSetOperations", "ListStackSetOperationResults",
			"StopStackSetOperation", "ListStackSetAutoDeploymentTargets",
			"ActivateOrganizationsAccess", "DeactivateOrganizationsAccess", "DescribeOrganizationsAccess",
		}},
		{"types of third parties", []string{
			"ActivateType", "DeactivateType", "RegisterType", "DeregisterType", "DescribeType", "ListTypes", "ListTypeVersions", "TestType",
			"DescribeTypeRegistration", "ListTypeRegistrations", "SetTypeConfiguration", "BatchDescribeTypeConfigurations", "SetTypeDefaultVersion",
			"PublishType", "RegisterPublisher", "DescribePublisher", "RecordHandlerProgress", "SetAlias", "RemoveAlias",
		}},
		{"hooks", []string{"GetHookResult", "ListHookResults"}},
		{"generated templates", []string{
			"CreateGeneratedTemplate", "UpdateGeneratedTemplate", "DeleteGeneratedTemplate", "DescribeGeneratedTemplate", "GetGeneratedTemplate", "ListGeneratedTemplates",
			"StartResourceScan", "DescribeResourceScan", "ListResourceScans", "ListResourceScanResources", "ListResourceScanRelatedResources",
		}},
		{"stack refactoring", []string{
			"CreateStackRefactor", "ExecuteStackRefactor", "DescribeStackRefactor", "ListStackRefactors", "ListStackRefactorActions",
		}},
	} {
		for _, name := range group.names {
			list = append(list, awsapi.NotBuilt(name, group.needs))
		}
	}
	return list
}
