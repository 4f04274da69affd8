package access

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// sessionKeys are the condition keys of a user or role with tags, and of its session, if there is one: tags of the session
// come before those of its role (AC60).
func sessionKeys(s *sts.Session, tags []types.Tag) map[string]policy.Value {
	keys := map[string]policy.Value{}
	for _, t := range tags {
		keys["aws:principaltag/"+strings.ToLower(*t.Key)] = policy.Is(*t.Value)
	}
	if s == nil {
		return keys
	}
	for key, value := range s.Tags {
		keys["aws:principaltag/"+strings.ToLower(key)] = policy.Is(value)
	}
	keys["aws:multifactorauthpresent"] = policy.Is("false")
	if s.IssuedAt != 0 {
		keys["aws:tokenissuetime"] = policy.Is(time.Unix(s.IssuedAt, 0).UTC().Format(time.RFC3339))
	}
	for name, text := range map[string]string{"aws:sourceidentity": s.SourceIdentity, "aws:federatedprovider": s.Provider} {
		if text != "" {
			keys[name] = policy.Is(text)
		}
	}
	return keys
}
