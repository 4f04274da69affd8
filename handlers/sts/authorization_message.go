package sts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/sts"
)

// DecodeAuthorizationMessage answers what a refusal of EC2 carries (AC14). Which accounts may read a message on AWS is not
// known: here it is each that is allowed to call the operation. The text of the refusal is an assumption.
func (a *API) DecodeAuthorizationMessage(_ context.Context, in *sts.DecodeAuthorizationMessageInput) (*sts.DecodeAuthorizationMessageOutput, error) {
	message, err := a.Sessions.OpenMessage(*in.EncodedMessage)
	if errors.Is(err, session.ErrMessage) {
		return nil, &types.InvalidAuthorizationMessageException{Message: aws.String("Message is not valid")}
	}
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(message)
	if err != nil {
		return nil, fmt.Errorf("write a message: %w", err)
	}
	return &sts.DecodeAuthorizationMessageOutput{DecodedMessage: aws.String(string(text))}, nil
}
