package profile

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/zalando/go-keyring"

	"github.com/imrest/im-go/imctl/internal/input"
	"github.com/imrest/im-go/imctl/internal/text"
	"github.com/imrest/im-go/imctl/internal/whole"
)

// Keyring keeps secrets by the name of their profile.
type Keyring interface {
	Set(name, secret string) error
	Get(name string) (string, error)
	Delete(name string) error
}

// System is the keyring of the system.
type System struct{}

const service = "imctl"

// Set stores a secret.
func (System) Set(name, secret string) error { return keyring.Set(service, name, secret) }

// Get returns a secret.
func (System) Get(name string) (string, error) { return keyring.Get(service, name) }

// Delete removes a secret.
func (System) Delete(name string) error { return keyring.Delete(service, name) }

// Secret is that of a profile.
func (s *Store) Secret(name string, p Profile) (string, error) {
	switch p.SecretIn {
	case inBuiltIn:
		return localSecret, nil
	case inKeyring:
		secret, err := s.keyring.Get(name)
		if err != nil {
			return "", text.Errorf("the keyring has no secret of profile %q: %v", name, err)
		}
		return secret, nil
	case inFile:
		all, err := s.secrets()
		if err != nil {
			return "", err
		}
		if all[name] == "" {
			return "", text.Errorf("%s has no secret of profile %q", s.secretsPath(), name)
		}
		return all[name], nil
	}
	return "", text.Errorf("secret_in of profile %q is %q, must be %s or %s", name, p.SecretIn, inKeyring, inFile)
}

// putSecret stores a secret in the keyring, or in the file where there is none.
func (s *Store) putSecret(name, secret string) (where string, err error) {
	if s.keyring.Set(name, secret) == nil {
		if err := s.editSecrets(func(all map[string]string) { delete(all, name) }); err != nil {
			return "", err
		}
		return inKeyring, nil
	}
	return inFile, s.editSecrets(func(all map[string]string) { all[name] = secret })
}

func (s *Store) dropSecret(name string, p Profile) error {
	if p.SecretIn == inKeyring {
		err := s.keyring.Delete(name)
		if errors.Is(err, keyring.ErrNotFound) {
			return nil
		}
		return err
	}
	return s.editSecrets(func(all map[string]string) { delete(all, name) })
}

func (s *Store) secretsPath() string { return filepath.Join(s.dir, "secrets.json") }

// secrets reads the file, which must be readable by its owner only.
func (s *Store) secrets() (map[string]string, error) {
	all := map[string]string{}
	info, err := os.Stat(s.secretsPath())
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	}
	if err != nil {
		return nil, err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, text.Errorf("%s can be read by others (mode %04o): chmod 600 it", s.secretsPath(), info.Mode().Perm())
	}
	raw, err := input.File(s.secretsPath(), input.MostFile)
	if err != nil {
		return nil, err
	}
	if input.JSON(raw, &all) != nil { // its error could quote a secret
		return nil, text.Errorf("%s is not a JSON object of strings", s.secretsPath())
	}
	return all, nil
}

func (s *Store) editSecrets(edit func(map[string]string)) error {
	all, err := s.secrets()
	if err != nil {
		return err
	}
	before := len(all)
	edit(all)
	if before == 0 && len(all) == 0 {
		return nil
	}
	raw, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return whole.Private(s.secretsPath(), raw)
}
