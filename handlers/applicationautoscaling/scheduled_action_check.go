package applicationautoscaling

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/scheduleexpression"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling"
)

// checkAction refuses a scheduled action, as a request makes it (AAS0009, AAS0010). In which order AWS looks has not been
// seen.
func checkAction(v *applicationautoscaling.ScheduledAction, in *sdk.PutScheduledActionInput) error {
	switch {
	case v.Min == nil && v.Max == nil && in.ScalableTargetAction == nil:
		return invalid("ScalableTargetAction must be set")
	case v.Min == nil && v.Max == nil:
		return invalid("At least one of minimum capacity and maximum capacity should be provided")
	case aws.ToInt32(v.Min) < 0:
		return errMinNegative
	case aws.ToInt32(v.Max) < 0: // the words are the emulator's
		return invalid("Maximum capacity cannot be less than 0")
	case v.Min != nil && v.Max != nil && *v.Max < *v.Min:
		return errMaxBelowMin
	case v.Expression == "": // the words are the emulator's
		return invalid("Schedule must be set")
	case v.Start != nil && v.End != nil && !v.Start.Before(*v.End):
		return invalid("StartTime must be before EndTime")
	}
	if v.Zone != nil {
		if _, err := scheduleexpression.LoadZone(*v.Zone); err != nil {
			return invalid("Invalid schedule timezone: %s", *v.Zone)
		}
	}
	return checkSchedule(v.Expression)
}

// checkSchedule refuses an expression, in AWS's words (AAS0010); those about what else a cron expression or a time cannot be
// are the emulator's.
func checkSchedule(text string) error {
	form, inner, _ := strings.Cut(strings.TrimSuffix(text, ")"), "(")
	fields := strings.Fields(inner)
	_, err := scheduleexpression.Parse(text, scheduleexpression.Scheduler)
	switch {
	case !strings.HasSuffix(text, ")"):
		return errSyntax
	case form == "cron" && len(fields) < 6:
		return invalid("Invalid schedule expression. Details: Invalid CRON expression: error at position %d, details: Unexpected end of expression.", len(inner))
	case err == nil:
		return nil
	case form == "cron" && fields[2] != "?" && fields[4] != "?":
		return invalid("Invalid schedule expression. Details: Invalid CRON expression: error at position 0, details: " +
			"Specifying both a day-of-week AND a day-of-month parameter is not supported.")
	case form == "rate" && len(fields) == 2 && strings.Trim(fields[0], "0") == "":
		return invalid("Invalid schedule frequency. Run for '1970-01-01T00:00:00.000Z' and '1970-01-01T00:00:00.000Z' are less than 60 seconds apart")
	case form == "cron" && fields[2] == "?" && fields[4] == "?":
		return invalid("Invalid schedule expression. Details: Invalid CRON expression: error at position 1, details: " +
			"'?' can only be specified for Day-of-Month or Day-of-Week.")
	case form == "at" && isBeginning(inner):
		return invalid("Invalid schedule expression. Details: Invalid schedule at DateTime expression: Invalid format: %q is too short", inner)
	case form == "at":
		return invalid("Invalid schedule expression. Details: Invalid schedule at DateTime expression: Cannot parse %q%s", inner, outOfRange(inner))
	case form == "cron":
		return invalid("Invalid schedule expression. Details: %v", err)
	}
	return errSyntax
}

var errSyntax = invalid("%s", `Invalid schedule expression. Details: Schedule expressions must have the following syntax: `+
	`rate(<number>\s?(minutes?|hours?|days?)), cron(<cron_expression>) or at(yyyy-MM-dd'T'HH:mm:ss).`)

// isBeginning tells whether a text is the beginning of a time, such as a date.
func isBeginning(text string) bool {
	const layout = "2006-01-02T15:04:05"
	if text == "" || len(text) >= len(layout) {
		return false
	}
	_, err := time.Parse(layout[:len(text)], text)
	return err == nil
}

// outOfRange tells what is wrong with a time such as 2027-02-30T00:00:00, as AWS does where a part of it is too large; "" if
// it has another form.
func outOfRange(text string) string {
	var year, month, day, hour, minute, second int
	if n, _ := fmt.Sscanf(text, "%d-%d-%dT%d:%d:%d", &year, &month, &day, &hour, &minute, &second); n < 5 {
		return ""
	}
	for _, part := range []struct {
		name              string
		value, low, upper int
	}{
		{"monthOfYear", month, 1, 12}, {"dayOfMonth", day, 1, time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()},
		{"hourOfDay", hour, 0, 23}, {"minuteOfHour", minute, 0, 59}, {"secondOfMinute", second, 0, 59},
	} {
		if part.value < part.low || part.value > part.upper {
			return fmt.Sprintf(": Value %d for %s must be in the range [%d,%d]", part.value, part.name, part.low, part.upper)
		}
	}
	return ""
}
