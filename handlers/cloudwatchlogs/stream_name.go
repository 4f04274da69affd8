package cloudwatchlogs

import (
	"github.com/aws/smithy-go"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs"
)

// CheckStream is what CreateLogStream says of the names of a group and a stream before it looks for
// them: the log driver makes streams past the API.
func CheckStream(group, name string) error {
	in := &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &group, LogStreamName: &name}
	err := model.Check("CreateLogStream", in)
	if err == nil {
		return nil
	}
	return &smithy.OperationError{ServiceID: cloudwatchlogs.ServiceID, OperationName: "CreateLogStream", Err: err}
}
