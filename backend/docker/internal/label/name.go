package label

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
)

// maxOwnerInName keeps names readable; a longer owner is named by its hash.
const maxOwnerInName = 24

var notInName = regexp.MustCompile(`[^a-zA-Z0-9_.-]+`)

// ResourceName names something of an owner so that two owners never collide.
func (o Owner) ResourceName(what string) string {
	short := notInName.ReplaceAllString(o.Name, "-")
	if short != o.Name || len(short) > maxOwnerInName {
		sum := sha256.Sum256([]byte(o.Name))
		short = hex.EncodeToString(sum[:6])
	}
	return "ecs-emulator-" + short + "-" + notInName.ReplaceAllString(what, "-")
}
