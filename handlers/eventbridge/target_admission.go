package eventbridge

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge/targetinput"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge/types"
)

// checkIDs refuses two targets with one id in a request (EVB0025.1). Whether AWS looks at each target before is not known.
func checkIDs(targets []types.Target) error {
	seen := map[string]bool{}
	for _, t := range targets {
		if seen[*t.Id] {
			return invalid("Parameter targets is not valid. Reason: More than one target with Id '%s' is provided.", *t.Id)
		}
		seen[*t.Id] = true
	}
	return nil
}

// checkTarget refuses a target that a rule cannot have, in AWS's words (EVB0004, EVB0005), and one that nothing here
// would reach.
func (a *API) checkTarget(r *eventbridge.Rule, number int, t *types.Target) error {
	for _, each := range []*string{t.Arn, t.RoleArn} {
		if err := checkARN(each); err != nil {
			return err
		}
	}
	if err := checkDeadLetters(t.DeadLetterConfig); err != nil {
		return err
	}
	if queue := queueOf(t.DeadLetterConfig); queue != nil && arn.ScopeOf(*queue).Region != r.Scope.Region { // EVB0025.8; the text is the emulator's
		return invalid("Dead letter queue %s must be in the same region as rule %s.", *queue, r.Name)
	}
	if err := checkKeys(number, t); err != nil {
		return err
	}
	service := strings.Split(*t.Arn, ":")[2]
	if err := checkParameters(service, t); err != nil {
		return err
	}
	var err error
	switch service {
	case "ecs":
		err = checkECS(t)
	case "events":
		err = checkBusTarget(r, t)
	case "logs":
		err = checkLogGroup(t)
	case "sqs":
		if strings.HasSuffix(*t.Arn, ".fifo") && (t.SqsParameters == nil || t.SqsParameters.MessageGroupId == nil) { // Source: field reports
			err = parametersMissing("SqsParameters", t)
		}
	}
	if err != nil {
		return err
	}
	if err := targetinput.Check(t); err != nil {
		return invalid("%s", err)
	}
	if err := a.Way(*t.Arn); err != nil {
		return &awsapi.Error{Code: "NotImplementedException", Message: err.Error(), Status: http.StatusNotImplemented}
	}
	return checkRole(r, service, t)
}

// checkRole refuses a target without the role with which it is called. Source: EVB0025.6, which names the services.
func checkRole(r *eventbridge.Rule, service string, t *types.Target) error {
	if t.RoleArn != nil {
		return nil
	}
	switch service {
	case "kinesis":
		return invalid("Rule %s does not have RoleArn assigned to invoke target %s", r.Name, *t.Arn)
	case "batch", "codebuild", "codepipeline", "firehose", "glue", "inspector", "redshift", "sagemaker", "ssm", "ssm-incidents", "states":
		return roleMissing(t)
	}
	return nil
}

// keyForm matches the names in a map of paths.
var keyForm = lazyregexp.New(`^[A-Za-z0-9_-]{1,256}$`)

// checkKeys refuses names in the map of paths of the target with a number. Source: field reports; the model constrains
// them, but the package constraint knows no keys of maps.
func checkKeys(number int, t *types.Target) error {
	if t.InputTransformer == nil {
		return nil
	}
	var shown []string
	refused := false
	for _, name := range slices.Sorted(maps.Keys(t.InputTransformer.InputPathsMap)) {
		shown = append(shown, name+"="+t.InputTransformer.InputPathsMap[name])
		refused = refused || !keyForm.MatchString(name)
	}
	if !refused {
		return nil
	}
	return invalid("1 validation error detected: Value '{%s}' at 'targets.%d.member.inputTransformer.inputPathsMap' failed to satisfy constraint: "+
		"Map keys must satisfy constraint: [Member must have length less than or equal to 256, Member must have length greater than or equal to 1, "+
		`Member must satisfy regular expression pattern: [A-Za-z0-9\_\-]+]`, strings.Join(shown, ", "), number)
}

// takeParameters are the services whose targets take parameters, and no others do. Those of SQS are not among them: AWS
// accepts them for all (EVB0025.2).
var takeParameters = map[string][]string{
	"AppSyncParameters":           {"appsync"},
	"BatchParameters":             {"batch"},
	"EcsParameters":               {"ecs"},
	"HttpParameters":              {"events", "execute-api"},
	"KinesisParameters":           {"kinesis"},
	"RedshiftDataParameters":      {"redshift", "redshift-serverless"},
	"RunCommandParameters":        {"ssm"},
	"SageMakerPipelineParameters": {"sagemaker"},
}

// checkParameters refuses parameters of targets of another service. Which of several AWS names, and the full stop, are choices.
func checkParameters(service string, t *types.Target) error {
	given := map[string]bool{
		"AppSyncParameters": t.AppSyncParameters != nil, "BatchParameters": t.BatchParameters != nil, "EcsParameters": t.EcsParameters != nil,
		"HttpParameters": t.HttpParameters != nil, "KinesisParameters": t.KinesisParameters != nil, "RedshiftDataParameters": t.RedshiftDataParameters != nil,
		"RunCommandParameters": t.RunCommandParameters != nil, "SageMakerPipelineParameters": t.SageMakerPipelineParameters != nil,
	}
	for _, name := range slices.Sorted(maps.Keys(takeParameters)) {
		if given[name] && !slices.Contains(takeParameters[name], service) {
			return invalid("Parameter(s) %s not supported for target: %s.", name, *t.Id)
		}
	}
	return nil
}

func roleMissing(t *types.Target) error {
	return invalid("RoleArn is required for target %s.", *t.Arn)
}

// parametersMissing is what AWS says where a target needs parameters. Source: field reports.
func parametersMissing(name string, t *types.Target) error {
	return invalid("Parameter(s) %s must be specified for target: %s.", name, *t.Id)
}

// definitionForm matches task definitions, perhaps without a revision.
var definitionForm = lazyregexp.New(`^arn:[\w-]+:ecs:[\w-]+:\d{12}:task-definition/[\w-]+(:\d+)?$`)

// checkECS refuses what RunTask could not be called with (EVB0004).
func checkECS(t *types.Target) error {
	p := t.EcsParameters
	switch {
	case t.RoleArn == nil:
		return roleMissing(t)
	case p == nil:
		return parametersMissing("EcsParameters", t)
	case !definitionForm.MatchString(*p.TaskDefinitionArn):
		return notValid("TaskDefinitionArn", t)
	case aws.ToInt32(p.TaskCount) > 10:
		return notValid("TaskCount", t)
	}
	switch ec2 := p.LaunchType == types.LaunchTypeEc2; {
	case arn.ScopeOf(*t.Arn).Region != arn.ScopeOf(*p.TaskDefinitionArn).Region: // EVB0025.4; the order is not known
		return invalid("Region of %s does not match region of %s", *t.Arn, *p.TaskDefinitionArn)
	case ec2 && p.PlatformVersion != nil:
		return notOnEC2("PlatformVersion", t)
	case p.NetworkConfiguration != nil && p.NetworkConfiguration.AwsvpcConfiguration != nil:
		return checkNetwork(t, p.NetworkConfiguration.AwsvpcConfiguration, ec2)
	case p.LaunchType == types.LaunchTypeFargate:
		return invalid("Parameter NetworkConfiguration must be specified for target %s when launch type is FARGATE", *t.Id)
	}
	return nil
}

// checkNetwork refuses a network that RunTask would not take (EVB0004, EVB0025.3).
func checkNetwork(t *types.Target, network *types.AwsVpcConfiguration, ec2 bool) error {
	subnets, groups := len(network.Subnets), len(network.SecurityGroups)
	switch {
	case subnets < 1 || subnets > 16:
		return invalid("Parameter Subnets is not valid. Reason: size must be in between 1 and 16.")
	case groups > 5:
		return invalid("Parameter SecurityGroups is not valid. Reason: size must be in between 0 and 5.")
	case ec2 && network.AssignPublicIp == types.AssignPublicIpEnabled: // Terraform and CDK send DISABLED with each network
		return notOnEC2("AssignPublicIp", t)
	}
	return nil
}

func notOnEC2(parameter string, t *types.Target) error {
	return invalid("Parameter %s for target %s is not supported when launch type is EC2", parameter, *t.Id)
}

func notValid(parameter string, t *types.Target) error {
	return invalid("Parameter(s) %s not valid for target: %s.", parameter, *t.Id)
}

// regionForm is the form of Regions in ARNs of buses. Source: the service model.
var regionForm = lazyregexp.New(`^[a-z]+-[a-z]+-[\w-]+$`)

// checkBusTarget refuses what a bus as a target cannot have (EVB0005).
func checkBusTarget(r *eventbridge.Rule, t *types.Target) error {
	switch region := arn.ScopeOf(*t.Arn).Region; {
	case region != r.Scope.Region && !regionForm.MatchString(region):
		return notInForm(*t.Arn)
	case t.RoleArn == nil:
		return roleMissing(t)
	case t.Input != nil || t.InputPath != nil || t.InputTransformer != nil:
		return invalid("Modifying the input for target %s is not supported.", *t.Id)
	case t.RetryPolicy != nil:
		return invalid("Retry policy is not supported for Event bus targets.")
	case *t.Arn == eventbridge.BusARN(r.Scope, r.Bus):
		return invalid("Source EventBus and Target EventBus must not be the same.")
	}
	return nil
}

// logGroupForm matches log groups, and not their streams.
var logGroupForm = lazyregexp.New(`:log-group:[^:]+(:\*)?$`)

// checkLogGroup refuses what a log group as a target cannot have (EVB0005).
func checkLogGroup(t *types.Target) error {
	switch {
	case !logGroupForm.MatchString(*t.Arn):
		return notInForm(*t.Arn)
	case t.RoleArn != nil:
		return invalid("RoleArn is not supported for target %s.", *t.Arn)
	case t.Input != nil || t.InputPath != nil:
		return invalid("Input and InputPath are not valid forms of input for target %s. The only valid form of input is InputTransformer.", *t.Id)
	}
	return nil
}
