package ec2

import (
	"errors"
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/ec2"
)

func refuse(code, format string, args ...any) error {
	return &awsapi.Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// answered is an error of the rules of EC2 as the API answers it.
func answered(err error) error {
	var refused *ec2.Error
	if errors.As(err, &refused) {
		return &awsapi.Error{Code: refused.Code, Message: refused.Message}
	}
	return err
}
