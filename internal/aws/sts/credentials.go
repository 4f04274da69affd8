package sts

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Credentials are the keys of a session.
type Credentials struct {
	AccessKeyID, SecretAccessKey, Token string
	Expires                             time.Time // by the emulator's clock
}

// ErrInvalid says that keys claim to be the emulator's and are not, or no longer.
var ErrInvalid = errors.New("these are no keys of this emulator")

const (
	// Prefixes of access keys: of temporary ones and of users'. Source: IAM user guide,
	// unique identifiers.
	accessKeyPrefix = "ASIA"
	longLivedPrefix = "AKIA"
	// tokenPrefix tells the emulator's tokens from AWS's.
	tokenPrefix = "ECSEMULATOR1"
)

// Issue returns the keys of a session. Those of an equal session are the same.
func (k *Keys) Issue(s Session) (Credentials, error) {
	secret, err := k.secret()
	if err != nil {
		return Credentials{}, err
	}
	claims, err := json.Marshal(s)
	if err != nil {
		return Credentials{}, fmt.Errorf("write the session: %w", err)
	}
	return Credentials{
		AccessKeyID:     accessKeyPrefix + accessKeyID(secret, s.Account, claims),
		SecretAccessKey: secretAccessKey(secret, claims),
		Token:           tokenPrefix + base64.RawURLEncoding.EncodeToString(append(derive(secret, "token", claims), claims...)),
		Expires:         s.ExpiresAt(),
	}, nil
}

// secretAccessKey has 40 characters, as AWS's.
func secretAccessKey(secret, claims []byte) string {
	return base64.StdEncoding.EncodeToString(derive(secret, "secret access key", claims)[:30])
}

// Open returns the session of keys. ours is false for keys that are of another origin,
// of any kind: long-lived ones, or those of a session with AWS. Keys that say they are
// the emulator's and cannot be are an [ErrInvalid]. Whether the session is over is for
// others to say.
func (k *Keys) Open(accessKey, token string) (s Session, ours bool, err error) {
	found, ours, err := k.open(accessKey, token)
	return found.Session, ours, err
}

// SecretOf returns the secret access key that belongs to the keys of a session; see [Keys.Open].
func (k *Keys) SecretOf(accessKey, token string) (secretKey string, ours bool, err error) {
	found, ours, err := k.open(accessKey, token)
	if !ours || err != nil {
		return "", ours, err
	}
	return secretAccessKey(found.secret, found.claims), true, nil
}

// opened is the session of a token, and what its keys follow from.
type opened struct {
	Session
	secret, claims []byte
}

func (k *Keys) open(accessKey, token string) (found opened, ours bool, err error) {
	text, tokenOurs := strings.CutPrefix(token, tokenPrefix)
	if !strings.HasPrefix(accessKey, accessKeyPrefix) && !tokenOurs {
		return found, false, nil // most are, and need no key
	}
	secret, err := k.secret()
	if err != nil {
		return found, false, err
	}
	if !tokenOurs {
		if marked(secret, strings.TrimPrefix(accessKey, accessKeyPrefix)) {
			return found, true, ErrInvalid
		}
		return found, false, nil
	}
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(sealed) < sha256.Size || base64.RawURLEncoding.EncodeToString(sealed) != text {
		return found, true, ErrInvalid // a session has one token
	}
	seal, claims := sealed[:sha256.Size], sealed[sha256.Size:]
	if !hmac.Equal(seal, derive(secret, "token", claims)) || json.Unmarshal(claims, &found.Session) != nil ||
		accessKey != accessKeyPrefix+accessKeyID(secret, found.Account, claims) {
		return opened{}, true, ErrInvalid
	}
	found.secret, found.claims = secret, claims
	return found, true, nil
}

// AccessKeyIDs draws ids of access keys of an account's users, of which two may be the same. Made knows them as the
// emulator's.
func (k *Keys) AccessKeyIDs(account string) (draw func() string, err error) {
	secret, err := k.secret()
	if err != nil {
		return nil, err
	}
	return func() string {
		random := make([]byte, sha256.Size)
		rand.Read(random) //nolint:errcheck // never fails
		return longLivedPrefix + accessKeyID(secret, account, random)
	}, nil
}

// Made reports whether AccessKeyIDs has drawn an access key id.
func (k *Keys) Made(accessKey string) bool {
	id, longLived := strings.CutPrefix(accessKey, longLivedPrefix)
	if !longLived {
		return false // most are others, and need no key
	}
	found := keys.Get(k.store.Read(), theKey)
	return found != nil && marked(found.Secret, id)
}

// An access key id is 16 digits of base 32 after its prefix: 80 bits. As AWS's, it has the
// account after the first bit, from which tools read it. 20 bits of what is left follow from
// the session, and the last 19 mark the id as the emulator's.
// Source: field reports of where access key ids have the account.
const (
	accountShift = 7 // in the first 48 bits
	markBits     = 19
)

func accessKeyID(secret []byte, account string, claims []byte) string {
	number, _ := strconv.ParseUint(account, 10, 40)
	var id [10]byte
	copy(id[5:], derive(secret, "access key id", claims)) // 40 bits, of which 39 stay, and 19 of them are the mark
	low := uint64(id[5]) & (1<<accountShift - 1)
	high := 1<<47 | number<<accountShift | low
	binary.BigEndian.PutUint16(id[:2], uint16(high>>32))
	binary.BigEndian.PutUint32(id[2:6], uint32(high))
	mark(secret, &id)
	return base32.StdEncoding.EncodeToString(id[:])
}

// mark sets the last bits of an id to what follows from the others.
func mark(secret []byte, id *[10]byte) {
	tail := binary.BigEndian.Uint32(id[6:]) &^ (1<<markBits - 1)
	binary.BigEndian.PutUint32(id[6:], tail)
	sum := binary.BigEndian.Uint32(derive(secret, "mark", id[:]))
	binary.BigEndian.PutUint32(id[6:], tail|sum&(1<<markBits-1))
}

// marked reports whether an access key id, without its prefix, is the emulator's. Of others one
// in half a million looks like it.
func marked(secret []byte, digits string) bool {
	raw, err := base32.StdEncoding.DecodeString(digits)
	if err != nil || len(raw) != 10 {
		return false
	}
	id := [10]byte(raw)
	mark(secret, &id)
	return id == [10]byte(raw)
}

// AccountOf is the account that an access key id belongs to, empty if it has none.
func AccountOf(accessKey string) string {
	if len(accessKey) != 20 {
		return ""
	}
	raw, err := base32.StdEncoding.DecodeString(accessKey[4:])
	if err != nil {
		return ""
	}
	high := uint64(binary.BigEndian.Uint16(raw))<<32 | uint64(binary.BigEndian.Uint32(raw[2:]))
	return fmt.Sprintf("%012d", high&^(1<<47)>>accountShift)
}

// CredentialsID is the id in the path at which a task finds the credentials of a role: a
// UUID that others cannot guess.
func (k *Keys) CredentialsID(taskARN string, kind Kind) (string, error) {
	secret, err := k.secret()
	if err != nil {
		return "", err
	}
	return uuidOf(derive(secret, "credentials id "+string(kind), []byte(taskARN))), nil
}

// EndpointID is the id by which a container on a container instance asks for its metadata: a UUID
// that its neighbours, who may ask from the same address, cannot guess.
func (k *Keys) EndpointID(taskARN, containerID string) (string, error) {
	secret, err := k.secret()
	if err != nil {
		return "", err
	}
	return uuidOf(derive(secret, "endpoint id", []byte(taskARN+"/"+containerID))), nil
}

func uuidOf(secret []byte) string {
	id := uuid.UUID(secret[:16])
	id[6] = id[6]&0x0f | 0x40 // version 4
	id[8] = id[8]&0x3f | 0x80 // variant of RFC 9562
	return id.String()
}
