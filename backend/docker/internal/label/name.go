package label

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
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

// WayOutName is the name of the bridge of an engine over which the owner's sandboxes lead out of VPCs.
func (o Owner) WayOutName() string { return o.ResourceName("way-out") }

// UniqueName is a ResourceName that no other thing of the owner has.
func (o Owner) UniqueName(what string) string { return o.ResourceName(what + "-" + RandomSuffix()) }

// UniqueNameWithin is a UniqueName with so many characters at most, 63 or more.
func (o Owner) UniqueNameWithin(what string, most int) string {
	name, suffix := o.ResourceName(what), "-"+RandomSuffix()
	return name[:min(len(name), most-len(suffix))] + suffix
}

// RandomSuffix makes a name unique: 8 hexadecimal digits.
func RandomSuffix() string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// WarmPrefix is the prefix of the names of the owner's warm sandboxes.
func (o Owner) WarmPrefix() string { return o.ResourceName("warm-") }

// IsWarm reports whether a container is a sandbox that belongs to no task: a sandbox that was made
// for tasks to come belongs to one as soon as it has the task's name.
func (o Owner) IsWarm(name string, labels map[string]string) bool {
	return labels[WarmKey] != "" && strings.HasPrefix(strings.TrimPrefix(name, "/"), o.WarmPrefix())
}
