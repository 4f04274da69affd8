package eventbridge

import (
	"errors"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge/eventpattern"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge/types"
)

// invalid is an exception that the SDK has no type for.
func invalid(format string, args ...any) error {
	return awsapi.Errorf("ValidationException", format, args...)
}

func notFound(format string, args ...any) error {
	return &types.ResourceNotFoundException{Message: awsapi.Textf(format, args...)}
}

func noBus(name string) error { return notFound("Event bus %s does not exist.", name) } // EVB0002

func noRule(bus, name string) error { // EVB0002
	return notFound("Rule %s does not exist on EventBus %s.", name, bus)
}

// tooMany is said of quotas. Source: field reports.
func tooMany() error {
	return &types.LimitExceededException{Message: awsapi.Textf("The requested resource exceeds the maximum number allowed.")}
}

// arnForm is the form of ARNs; what stands behind the account is up to each service.
var arnForm = lazyregexp.New(`^arn:[\w-]+:[\w-]+:[\w-]*:(\d{12}|aws)?:.+$`)

// checkARN refuses what is no ARN (EVB0004).
func checkARN(given *string) error {
	if given == nil || arnForm.MatchString(*given) {
		return nil
	}
	return notInForm(*given)
}

func notInForm(given string) error {
	return invalid("Parameter %s is not valid. Reason: Provided Arn is not in correct format.", given)
}

// patternError is AWS's refusal of a pattern (EVB0001).
func patternError(err error) error {
	var refusal *eventpattern.Error
	if errors.As(err, &refusal) && refusal.Failure { // AWS says no more; the text is the emulator's
		return &awsapi.Error{Code: "InternalFailure", Message: refusal.Reason, Status: 500}
	}
	return &types.InvalidEventPatternException{Message: awsapi.Textf("%s", err.Error())}
}
