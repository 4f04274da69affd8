package arn

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"math/rand/v2"

	"github.com/google/uuid"
)

// Ids need not be secret, only different, so they come from the runtime's fast
// generator.

// NewID makes the id of a task or container instance: 32 hex digits.
func NewID() string { return randomHex(16) }

// NewUUID makes the id of a container, attachment or event.
func NewUUID() string {
	var u uuid.UUID
	fill(u[:])
	u[6] = u[6]&0x0f | 0x40 // version 4
	u[8] = u[8]&0x3f | 0x80 // variant of RFC 9562
	return u.String()
}

// NewDeploymentID makes the id of a deployment: ecs-svc/ and 19 digits.
func NewDeploymentID() string {
	return fmt.Sprintf("ecs-svc/%019d", rand.Uint64N(9_999_999_999_999_999_999))
}

// ServiceDeploymentID is the id of the service deployment that a deployment begins: 21 of
// A-Z, a-z, 0-9, _ and -. A digest of the other id makes one without another draw.
func ServiceDeploymentID(deploymentID string) string {
	sum := sha256.Sum256([]byte(deploymentID))
	return base64.RawURLEncoding.EncodeToString(sum[:])[:21]
}

// RuntimeID is the runtimeId of a container on Fargate: its task's id and a number that
// equal names share, their 32-bit FNV-1a hash (ECS0071).
func RuntimeID(taskID, container string) string {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(container)) // never fails
	return fmt.Sprintf("%s-%010d", taskID, hash.Sum32())
}

// NewLifecycleHookID makes the id of a lifecycle hook of a service deployment: ecs-, what kind of
// hook it is, such as pause, and 43 of A-Z, a-z, 0-9, _ and -.
func NewLifecycleHookID(kind string) string {
	b := make([]byte, 32)
	fill(b)
	return "ecs-" + kind + "-" + base64.RawURLEncoding.EncodeToString(b)
}

// NewNetworkInterfaceID makes the id of an elastic network interface.
func NewNetworkInterfaceID() string { return "eni-" + randomHex(9)[:17] }

func NewVolumeID() string { return "vol-" + randomHex(9)[:17] }

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	fill(b)
	return hex.EncodeToString(b)
}

func fill(b []byte) {
	for i := 0; i < len(b); i += 8 {
		n := rand.Uint64()
		for j := i; j < min(i+8, len(b)); j++ {
			b[j] = byte(n)
			n >>= 8
		}
	}
}
