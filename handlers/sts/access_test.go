package sts_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	client "github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/sts"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

func TestAccess(t *testing.T) { apitest.Access(t, sts.New(sts.Options{}).Service()) }

// Who may do nothing learns who it is all the same, and gets a session of its own.
func TestWhatRequestsAsk(t *testing.T) {
	s := apitest.NewScene(t, arn.Scope{Region: "eu-west-1", Account: "123456789012"})
	api := sts.New(sts.Options{Store: s.Store, Sessions: session.New(s.Store), Now: s.Clock, Wall: func(t time.Time) time.Time { return t }})
	config, asked := s.Refuse(api.Service(), alice)
	c := client.NewFromConfig(config)
	if who := apitest.OK(t, c.GetCallerIdentity, &client.GetCallerIdentityInput{}); *who.Arn != alice.ARN {
		t.Errorf("the caller is %s", *who.Arn)
	}
	apitest.OK(t, c.GetSessionToken, &client.GetSessionTokenInput{})
	if got := apitest.For(asked, c.GetAccessKeyInfo, &client.GetAccessKeyInfoInput{AccessKeyId: aws.String("AKIAIOSFODNN7EXAMPLE")}); got != "sts:GetAccessKeyInfo *" {
		t.Errorf("asked for %s", got)
	}
	if got := apitest.For(asked, c.DecodeAuthorizationMessage, &client.DecodeAuthorizationMessageInput{EncodedMessage: aws.String("x")}); got != "sts:DecodeAuthorizationMessage *" {
		t.Errorf("asked for %s", got)
	}
}
