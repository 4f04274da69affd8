package cloudwatchlogs

import (
	"errors"

	"github.com/aws/smithy-go"

	"github.com/ecs-emulator/ecs-emulator/internal/sdk/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/wire"
)

// CheckStream is what CreateLogStream says of the names of a group and a stream before it looks for
// them: the log driver makes streams past the API.
func CheckStream(group, name string) error {
	in := &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &group, LogStreamName: &name}
	err := codec.Unmarshal(codec.Marshal(in), in)
	var violation *wire.Violation
	if errors.As(err, &violation) {
		err = refuse("CreateLogStream", violation)
	}
	if err == nil {
		return nil
	}
	return &smithy.OperationError{ServiceID: cloudwatchlogs.ServiceID, OperationName: "CreateLogStream", Err: err}
}
