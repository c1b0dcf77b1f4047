import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Collections;
import java.util.HexFormat;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.util.PBKDF2Config;
import org.bouncycastle.crypto.util.ScryptConfig;
import org.bouncycastle.jcajce.BCFKSLoadStoreParameter;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

// Stores writes stores of every format of BouncyCastle's provider, with the
// key and the certificates that it is given, and lists what is in each.
public class Stores {
    public static void main(String[] args) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        CertificateFactory x509 = CertificateFactory.getInstance("X.509");
        Certificate own = x509.generateCertificate(new FileInputStream(args[0] + "/cert.der"));
        Certificate trusted = x509.generateCertificate(new FileInputStream(args[0] + "/trusted.der"));
        PrivateKey key = KeyFactory.getInstance("RSA").generatePrivate(
            new PKCS8EncodedKeySpec(new FileInputStream(args[0] + "/key.der").readAllBytes()));
        char[] password = args[1].toCharArray();
        for (String name : new String[] {"BKS", "BKS-V1", "UBER", "BCFKS", "BCFKS-scrypt", "BCFKS-KWP"}) {
            KeyStore store = KeyStore.getInstance(name.startsWith("BCFKS") ? "BCFKS" : name, "BC");
            store.load(null, null);
            if (name.startsWith("BCFKS-")) {
                BCFKSLoadStoreParameter.Builder b = new BCFKSLoadStoreParameter.Builder(new FileOutputStream(args[0] + "/" + name), password);
                if (name.endsWith("KWP")) {
                    b.withStoreEncryptionAlgorithm(BCFKSLoadStoreParameter.EncryptionAlgorithm.AES256_KWP);
                    b.withStoreMacAlgorithm(BCFKSLoadStoreParameter.MacAlgorithm.HmacSHA3_512);
                    b.withStorePBKDFConfig(new PBKDF2Config.Builder().withPRF(PBKDF2Config.PRF_SHA3_512).withIterationCount(2000).withSaltLength(16).build());
                } else {
                    b.withStorePBKDFConfig(new ScryptConfig.Builder(1024, 8, 1).withSaltLength(20).build());
                }
                BCFKSLoadStoreParameter p = b.build();
                store.load(new BCFKSLoadStoreParameter.Builder().withStoreEncryptionAlgorithm(p.getStoreEncryptionAlgorithm())
                    .withStoreMacAlgorithm(p.getStoreMacAlgorithm()).withStorePBKDFConfig(p.getStorePBKDFConfig()).build());
                fill(store, key, password, own, trusted);
                store.store(p);
                p.getOutputStream().close();
            } else {
                fill(store, key, password, own, trusted);
                store.store(new FileOutputStream(args[0] + "/" + name), password);
            }
            for (String alias : Collections.list(store.aliases())) {
                Certificate c = store.getCertificate(alias);
                String kind = store.isCertificateEntry(alias) ? "trustedCertEntry"
                    : store.getKey(alias, password) instanceof PrivateKey ? "PrivateKeyEntry" : "SecretKeyEntry";
                System.out.println((name + " " + alias + " " + kind + " " + (c == null ? "" : HexFormat.of().formatHex(
                    MessageDigest.getInstance("SHA-256").digest(c.getEncoded())))).trim());
            }
        }
    }

    static void fill(KeyStore store, PrivateKey key, char[] password, Certificate own, Certificate trusted) throws Exception {
        store.setKeyEntry("rsa", key, password, new Certificate[] {own});
        store.setKeyEntry("secret", new SecretKeySpec(new byte[32], "AES"), password, null);
        store.setCertificateEntry("trusted", trusted);
    }
}
