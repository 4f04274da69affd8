package codedeploy

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// refuse is the error with a code of the service model; a test holds the codes against it.
func refuse(code, format string, args ...any) error { return awsapi.Errorf(code, format, args...) }

// missing is what the emulator refuses by name with an error that AWS has for it.
func missing(code, what string) error {
	return refuse(code, "ecs-emulator does not implement %s; see %s.", what, awsapi.Page(name))
}

// notBuilt is what AWS has no error for.
func notBuilt(what string) error { return awsapi.NotImplemented(name, what) }

// model is what the service model demands of requests, which has an error of its own for each member.
var model = constraint.New(table, constraint.Style{
	First: refuseMember,
	// Clients send it in either case. Source: issue 6267 of aws/aws-cli.
	Own: []string{"S3Location.bundleType"},
})

// errorsOf are the errors for a member that is missing, and for one that has a wrong value. Source: the service model, errors of
// operations.
var errorsOf = map[string]struct{ missing, invalid string }{
	"applicationName":              {"ApplicationNameRequiredException", "InvalidApplicationNameException"},
	"applicationNames":             {"ApplicationNameRequiredException", "InvalidApplicationNameException"},
	"newApplicationName":           {"ApplicationNameRequiredException", "InvalidApplicationNameException"},
	"deploymentGroupName":          {"DeploymentGroupNameRequiredException", "InvalidDeploymentGroupNameException"},
	"deploymentGroupNames":         {"DeploymentGroupNameRequiredException", "InvalidDeploymentGroupNameException"},
	"currentDeploymentGroupName":   {"DeploymentGroupNameRequiredException", "InvalidDeploymentGroupNameException"},
	"newDeploymentGroupName":       {"DeploymentGroupNameRequiredException", "InvalidDeploymentGroupNameException"},
	"deploymentConfigName":         {"DeploymentConfigNameRequiredException", "InvalidDeploymentConfigNameException"},
	"deploymentId":                 {"DeploymentIdRequiredException", "InvalidDeploymentIdException"},
	"deploymentIds":                {"DeploymentIdRequiredException", "InvalidDeploymentIdException"},
	"targetId":                     {"DeploymentTargetIdRequiredException", "InvalidDeploymentTargetIdException"},
	"targetIds":                    {"DeploymentTargetIdRequiredException", "InvalidDeploymentTargetIdException"},
	"instanceId":                   {"InstanceIdRequiredException", "InvalidInstanceNameException"},
	"instanceIds":                  {"InstanceIdRequiredException", "InvalidInstanceNameException"},
	"instanceName":                 {"InstanceNameRequiredException", "InvalidInstanceNameException"},
	"instanceNames":                {"InstanceNameRequiredException", "InvalidInstanceNameException"},
	"revision":                     {"RevisionRequiredException", "InvalidRevisionException"},
	"revisions":                    {"RevisionRequiredException", "InvalidRevisionException"},
	"serviceRoleArn":               {"RoleRequiredException", "InvalidRoleException"},
	"resourceArn":                  {"ResourceArnRequiredException", "InvalidArnException"},
	"tags":                         {"TagRequiredException", "InvalidTagsToAddException"},
	"tagKeys":                      {"TagRequiredException", "InvalidTagsToAddException"},
	"computePlatform":              {"", "InvalidComputePlatformException"},
	"minimumHealthyHosts":          {"", "InvalidMinimumHealthyHostValueException"},
	"trafficRoutingConfig":         {"", "InvalidTrafficRoutingConfigurationException"},
	"zonalConfig":                  {"", "InvalidZonalDeploymentConfigurationException"},
	"ec2TagFilters":                {"", "InvalidEC2TagException"},
	"ec2TagSet":                    {"", "InvalidEC2TagCombinationException"},
	"onPremisesInstanceTagFilters": {"", "InvalidTagException"},
	"onPremisesTagSet":             {"", "InvalidOnPremisesTagCombinationException"},
	"triggerConfigurations":        {"", "InvalidTriggerConfigException"},
	"alarmConfiguration":           {"", "InvalidAlarmConfigException"},
	"overrideAlarmConfiguration":   {"", "InvalidAlarmConfigException"},
	"autoRollbackConfiguration":    {"", "InvalidAutoRollbackConfigException"},
	"deploymentStyle":              {"", "InvalidDeploymentStyleException"},
	"loadBalancerInfo":             {"", "InvalidLoadBalancerInfoException"},
	"ecsServices":                  {"", "InvalidECSServiceException"},
	"targetInstances":              {"", "InvalidTargetInstancesException"},
	"fileExistsBehavior":           {"", "InvalidFileExistsBehaviorException"},
	"sortBy":                       {"", "InvalidSortByException"},
	"sortOrder":                    {"", "InvalidSortOrderException"},
	"deployed":                     {"", "InvalidDeployedStateFilterException"},
	"includeOnlyStatuses":          {"", "InvalidDeploymentStatusException"},
	"deploymentWaitType":           {"", "InvalidDeploymentWaitTypeException"},
	"status":                       {"", "InvalidLifecycleEventHookExecutionStatusException"},
	"targetFilters":                {"", "InvalidTargetFilterNameException"},
	"registrationStatus":           {"", "InvalidRegistrationStatusException"},
	"tagFilters":                   {"", "InvalidTagFilterException"},
	"instanceStatusFilter":         {"", "InvalidInstanceStatusException"},
	"instanceTypeFilter":           {"", "InvalidInstanceTypeException"},

	"blueGreenDeploymentConfiguration": {"", "InvalidBlueGreenDeploymentConfigurationException"},
}

// refuseMember names the error after the member of the request in which the demand is not met.
func refuseMember(member, demand string) error {
	top, _, nested := strings.Cut(member, ".")
	codes := errorsOf[top]
	code := codes.invalid
	if !nested && demand == "Member must not be null" {
		code = codes.missing
	}
	switch {
	case member == "revision" && code == codes.missing:
		return refuse(code, "RevisionLocation must be specified") // issue 4256 of aws/aws-cli
	case code == "":
		code = "InvalidInputException"
	}
	return refuse(code, "Value at '%s' failed to satisfy constraint: %s", member, demand)
}

// nameForm is the form of names of applications, groups and configurations. Source: CodeDeploy user guide, quotas.
var nameForm = lazyregexp.New(`^[A-Za-z0-9._+=,@-]+$`)

// checkName refuses a name that is missing or has other characters. The member tells the errors.
func checkName(member string, given *string) error {
	switch {
	case given == nil || *given == "":
		return refuseMember(member, "Member must not be null")
	case !nameForm.MatchString(*given) || len(*given) > 100:
		return refuse(errorsOf[member].invalid, "'%s' is not a valid name: it may have 100 letters, digits and characters of ._+=,@-", *given)
	}
	return nil
}

// checkCount refuses a request for too many.
func checkCount(n, most int) error {
	if n > most {
		return refuse("BatchLimitExceededException", "The maximum number of names or IDs allowed for this request (%d) was exceeded.", most)
	}
	return nil
}

func noApplication(name string) error {
	return refuse("ApplicationDoesNotExistException", "No application found for name: %s", name)
}

func noGroup(name string) error {
	return refuse("DeploymentGroupDoesNotExistException", "No Deployment Group found for name: %s", name)
}

func noConfiguration(name string) error {
	return refuse("DeploymentConfigDoesNotExistException", "No Deployment Configuration found for name: %s", name)
}

// badToken is about a nextToken of no answer. The text is the emulator's.
var errToken = refuse("InvalidNextTokenException", "The next token is not one that an answer had.")
