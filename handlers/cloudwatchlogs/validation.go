package cloudwatchlogs

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/sdk/cloudwatchlogs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/wire"
)

// codec reads requests by the service model.
var codec = wire.LowerCamel.WithRules(rules{})

// rules are the limits of the service model, API version 2014-03-28: those of members have
// the same name in all operations, but for a few.
type rules struct{}

func (rules) Constraint(structure, member string, _ reflect.Type) *wire.Constraint {
	c, found := constraints[structure+"."+member]
	if !found {
		c = constraints[member]
	}
	if operation, input := strings.CutSuffix(structure, "Input"); input {
		c.Required = strings.Contains(" "+required[operation]+" ", " "+member+" ")
	}
	if structure == "InputLogEvent" {
		c.Required = true
	}
	if reflect.DeepEqual(c, wire.Constraint{}) {
		return nil
	}
	return &c
}

// required are the members without which an operation answers nothing.
var required = map[string]string{
	"CreateLogGroup": "logGroupName", "DeleteLogGroup": "logGroupName",
	"PutRetentionPolicy": "logGroupName retentionInDays", "DeleteRetentionPolicy": "logGroupName",
	"CreateLogStream": "logGroupName logStreamName", "DeleteLogStream": "logGroupName logStreamName",
	"PutLogEvents": "logGroupName logStreamName logEvents", "GetLogEvents": "logStreamName",
	"TagResource": "resourceArn tags", "UntagResource": "resourceArn tagKeys", "ListTagsForResource": "resourceArn",
	"TagLogGroup": "logGroupName tags", "UntagLogGroup": "logGroupName tags", "ListTagsLogGroup": "logGroupName",
	"AssociateKmsKey": "kmsKeyId", "PutLogGroupDeletionProtection": "logGroupIdentifier deletionProtectionEnabled",
}

const (
	groupName  = `[\.\-_/#A-Za-z0-9]+`
	streamName = `[^:*]*`
	identifier = `[\w#+=/:,.@-]*`
)

var constraints = map[string]wire.Constraint{
	"logGroupName":        text(1, 512, groupName),
	"logGroupNamePrefix":  text(1, 512, groupName),
	"logGroupNamePattern": text(0, 512, `[\.\-_/#A-Za-z0-9]*`),
	"logGroupIdentifier":  text(1, 2048, identifier),
	"logGroupIdentifiers": between(1, 50),
	"logStreamName":       text(1, 512, streamName),
	"logStreamNamePrefix": text(1, 512, streamName),
	"logStreamNames":      between(1, 100),
	"resourceArn":         text(1, 1011, `[\w+=/:,.@-]*`),
	"resourceIdentifier":  text(1, 2048, `[\w+=/:,.@\-\*]*`),
	"kmsKeyId":            text(0, 256, ""),
	"limit":               between(1, 50),
	"logGroupClass":       {Enum: values(types.LogGroupClass("").Values())},
	"orderBy":             {Enum: values(types.OrderBy("").Values())},
	"tags":                between(1, 50),
	"tagKeys":             between(0, 50),
	"filterPattern":       between(0, 1024),
	"logEvents":           between(1, 10000),
	"timestamp":           atLeast(0),
	"startTime":           atLeast(0),
	"endTime":             atLeast(0),
	"nextToken":           atLeast(1),
	"sequenceToken":       atLeast(1),

	"ListLogGroupsInput.limit": between(1, 1000),
	"ListLogGroupsInput.logGroupNamePattern": text(3, 129,
		`(\^?[\.\-_\/#A-Za-z0-9]{3,24})(\|\^?[\.\-_\/#A-Za-z0-9]{3,24}){0,4}`),
	"InputLogEvent.message":      atLeast(1),
	"GetLogEventsInput.limit":    between(1, 10000),
	"FilterLogEventsInput.limit": between(1, 10000),
	"UntagLogGroupInput.tags":    atLeast(1),
}

func between(low, high float64) wire.Constraint { return wire.Constraint{Min: &low, Max: &high} }
func atLeast(low float64) wire.Constraint       { return wire.Constraint{Min: &low} }

func text(low, high float64, pattern string) wire.Constraint {
	c := between(low, high)
	c.Pattern = pattern
	return c
}

func values[S ~string](all []S) (texts []string) {
	for _, s := range all {
		texts = append(texts, string(s))
	}
	return texts
}

// refuse answers a violation in the words of AWS's framework. Source: field reports, for the
// words, for places in lists, and for the exception. Of several violations AWS tells all, and this
// the first.
func refuse(_ string, v *wire.Violation) error {
	value, demand := "", ""
	switch {
	case v.Kind == wire.Missing && v.Text == nil:
		value, demand = "null ", "not be null"
	case v.Kind == wire.Missing:
		value, demand = "'' ", "have length greater than or equal to 1"
	case v.Kind == wire.NotAllowed:
		value, demand = "'"+v.Value+"' ", "satisfy enum value set: ["+strings.Join(v.Allowed, ", ")+"]"
	case v.Kind == wire.BadPattern:
		value, demand = "'"+v.Value+"' ", "satisfy regular expression pattern: "+v.Pattern
	case v.Kind == wire.OutOfRange:
		value, demand = "'"+v.Value+"' ", "have value "+bound(v)
	default:
		demand = "have length " + bound(v)
		if v.Text != nil {
			value = "'" + *v.Text + "' "
		} else if v.Value == "0" {
			value = "'[]' "
		}
	}
	return invalid("1 validation error detected: Value %sat '%s' failed to satisfy constraint: Member must %s", value, place(v.Path), demand)
}

var element = lazyregexp.New(`\[(\d+)\]`)

// place is a path as AWS writes it: logEvents.1.member.message for logEvents[0].message.
func place(path string) string {
	return element.ReplaceAllStringFunc(path, func(in string) string {
		n, _ := strconv.Atoi(strings.Trim(in, "[]"))
		return fmt.Sprintf(".%d.member", n+1)
	})
}

// bound is the one that a number is beyond.
func bound(v *wire.Violation) string {
	var n float64
	fmt.Sscan(v.Value, &n)
	if v.Min != nil && n < *v.Min {
		return fmt.Sprintf("greater than or equal to %.0f", *v.Min)
	}
	return fmt.Sprintf("less than or equal to %.0f", *v.Max)
}

func invalid(format string, args ...any) error {
	return &types.InvalidParameterException{Message: awsapi.Textf(format, args...)}
}
