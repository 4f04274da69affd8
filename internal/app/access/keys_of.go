package access

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// keysLast is how long keys of KeysOf last: as long as the longest session of a role.
const keysLast = 12 * time.Hour

// KeysOf are keys with which the user or role of an ARN acts, a role in the session SessionName.
func KeysOf(tx *store.Tx, issuer *sts.Keys, principal, region string, now time.Time) (aws.Credentials, error) {
	caller, found := callerAs(tx, principal, region)
	if !found {
		return aws.Credentials{}, fmt.Errorf("there is no user or role %s", principal)
	}
	if key := firstKey(tx, principal); key != nil {
		return aws.Credentials{AccessKeyID: key.ID, SecretAccessKey: key.Secret, AccountID: caller.Account}, nil
	}
	session := sts.Session{Account: caller.Account, Region: region, OfUser: caller.UserID, Kind: sts.AsUser}
	if caller.Session != nil {
		session = *caller.Session
	}
	session.IssuedAt, session.Expires = now.Unix(), now.Add(keysLast).Unix()
	made, err := issuer.Issue(session)
	if err != nil {
		return aws.Credentials{}, err
	}
	return aws.Credentials{AccessKeyID: made.AccessKeyID, SecretAccessKey: made.SecretAccessKey, SessionToken: made.Token, AccountID: caller.Account}, nil
}

// firstKey is an active access key of a user, nil if it has none or the principal is a role.
func firstKey(tx *store.Tx, principal string) *iam.AccessKey {
	u := iam.Users.Find(tx, iam.AccountOfARN(principal), arn.Name(principal))
	if u == nil || u.ARN() != principal {
		return nil
	}
	for _, k := range iam.AccessKeysOf(tx, u) {
		if !k.Inactive {
			return k
		}
	}
	return nil
}
