package emulator_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestAKeyEndsUnderLoad: 16 callers use a key until it is deleted or inactive. When that is answered, no further call succeeds.
func TestAKeyEndsUnderLoad(t *testing.T) {
	for name, end := range map[string]func(*iam.Client, *iamtypes.AccessKey) error{
		"deleted": func(c *iam.Client, key *iamtypes.AccessKey) error {
			_, err := c.DeleteAccessKey(t.Context(), &iam.DeleteAccessKeyInput{UserName: key.UserName, AccessKeyId: key.AccessKeyId})
			return err
		},
		"inactive": func(c *iam.Client, key *iamtypes.AccessKey) error {
			_, err := c.UpdateAccessKey(t.Context(), &iam.UpdateAccessKeyInput{UserName: key.UserName, AccessKeyId: key.AccessKeyId, Status: iamtypes.StatusTypeInactive})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, emulator.Options{IAM: emulator.AccessEnforce})
			w.principals()
			w.ok(makeCluster(t, w.srv.Config(), "dev"))
			root := iam.NewFromConfig(w.srv.Config())
			made, err := root.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("dev")})
			w.ok(err)
			config := withKeys(w.srv.Config(), *made.AccessKey.AccessKeyId, *made.AccessKey.SecretAccessKey)
			config.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
			client := ecs.NewFromConfig(config)

			var ended atomic.Bool // its end has been answered
			var callers sync.WaitGroup
			begun := make(chan struct{}, 16)
			for range 16 {
				callers.Go(func() {
					for calls := 0; ; calls++ {
						over := ended.Load()
						_, err := client.DescribeClusters(t.Context(), &ecs.DescribeClustersInput{Clusters: []string{"dev"}})
						var refused smithy.APIError
						switch {
						case err == nil && over:
							t.Error("a call that began after the key had ended succeeds")
							return
						case err == nil && calls == 0:
							begun <- struct{}{}
						case errors.As(err, &refused) && refused.ErrorCode() == "UnrecognizedClientException":
							if calls == 0 {
								t.Error("the first call is refused")
								begun <- struct{}{}
							}
							if over {
								return
							}
						case err != nil:
							t.Error(err)
							return
						}
					}
				})
			}
			for range 16 { // each has succeeded at least once
				<-begun
			}
			w.ok(end(root, made.AccessKey))
			ended.Store(true)
			callers.Wait()
		})
	}
}

// TestASessionEndsWhileItsClientCalls: the emulator's clock passes its end, and the client signs on at the time of this machine.
func TestASessionEndsWhileItsClientCalls(t *testing.T) {
	w := start(t, emulator.Options{IAM: emulator.AccessEnforce})
	w.ok(w.srv.Clock().SetSpeed(0))
	s := w.strangers()
	got, err := sts.NewFromConfig(s.with(s.key)).AssumeRole(t.Context(), &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::000000000000:role/deploy"), RoleSessionName: aws.String("long"), DurationSeconds: aws.Int32(900),
	})
	w.ok(err)
	config := s.with(aws.Credentials{
		AccessKeyID: *got.Credentials.AccessKeyId, SecretAccessKey: *got.Credentials.SecretAccessKey, SessionToken: *got.Credentials.SessionToken,
	})
	config.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	client := ecs.NewFromConfig(config)
	see := func() error {
		_, err := client.DescribeClusters(t.Context(), &ecs.DescribeClustersInput{Clusters: []string{"dev"}})
		return err
	}
	var callers sync.WaitGroup
	var succeeded atomic.Int64
	for range 4 {
		callers.Go(func() {
			err := see()
			for ; err == nil; err = see() {
				succeeded.Add(1)
			}
			denies(t, err, "ExpiredTokenException: The security token included in the request is expired")
		})
	}
	w.ok(w.srv.Clock().Advance(899 * time.Second))
	before := succeeded.Load()
	w.eventually("calls succeed a second before its end", func() bool { return succeeded.Load() > before+4 })
	w.ok(w.srv.Clock().Advance(time.Second))
	denies(t, see(), "ExpiredTokenException")
	callers.Wait()

	// The user's own key is as good as before, a day later, too.
	w.ok(w.srv.Clock().Advance(24 * time.Hour))
	_, err = ecs.NewFromConfig(s.with(s.key)).DescribeClusters(t.Context(), &ecs.DescribeClustersInput{Clusters: []string{"dev"}})
	w.ok(err)
}
