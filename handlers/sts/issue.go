package sts

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// maxTokenSize is that of a session token, and of MinimumSessionTokenSize, in bytes.
// Source: STS API reference, AssumeRole.
const maxTokenSize = 4096

// issued are the keys of a new session, as answers have them.
type issued struct {
	*types.Credentials
	size, utilization *int32
}

// issue makes keys that last for some seconds. Each request has its own.
func (a *API) issue(s session.Session, seconds int32, minimumSize *int32) (issued, error) {
	now := a.Now()
	s.ID, s.IssuedAt, s.Expires = arn.NewUUID(), now.Unix(), now.Add(time.Duration(seconds)*time.Second).Unix()
	made, err := a.Sessions.Issue(s)
	for err == nil && len(made.Token) < int(aws.ToInt32(minimumSize)) {
		s.Padding += strings.Repeat("-", (int(*minimumSize)-len(made.Token)+1)*3/4)
		made, err = a.Sessions.Issue(s)
	}
	if err != nil {
		return issued{}, fmt.Errorf("make keys: %w", err)
	}
	size := int32(len(made.Token))
	return issued{
		Credentials: &types.Credentials{
			AccessKeyId: &made.AccessKeyID, SecretAccessKey: &made.SecretAccessKey, SessionToken: &made.Token,
			Expiration: aws.Time(a.Wall(made.Expires).Round(time.Second)), // whole seconds (recorded answers)
		},
		size: &size, utilization: aws.Int32((size*100 + maxTokenSize - 1) / maxTokenSize),
	}, nil
}
